/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * attention for new lavapipe (see matmul-uniform.comp). Each invocation owns two queries; keys and
 * values are the same for all of a workgroup, so they are read by uniform loads and broadcast into
 * multiply-adds: four keys by two vectors of queries at a time, which is what fits into registers.
 * The running maximum follows Milakov and Gimelshein, "Online normalizer calculation for softmax",
 * once every KEYS keys. Heads wider than FOURS fours of channels are cut into parts: a workgroup makes
 * one part of y, and sums its scores over all parts.
 */
#extension GL_GOOGLE_include_directive : require
#include "attention.h"
#include "include/words.glsl"

#define LOG2_E 1.44269504
#define VECTORS 2 /* of queries           */
#define AT_ONCE 4 /* keys, in registers  */

layout(constant_id = GS_ATTENTION_FOURS) const uint FOURS = 10;
layout(constant_id = GS_ATTENTION_WHOLE) const bool WHOLE = true;
layout(constant_id = GS_ATTENTION_KEYS) const uint KEYS = 4; /* a multiple of AT_ONCE */
layout(constant_id = GS_ATTENTION_CAUSAL) const bool CAUSAL = false;
layout(local_size_x_id = GS_ATTENTION_LANES) in;
layout(push_constant) uniform Push { GsAttentionPush p; };

#include "include/uniform.glsl"

float scores[VECTORS * KEYS];         /* [key][vector of queries]     */
float mix_sums[VECTORS * FOURS * 4];  /* [channel][vector of queries] */

/* Adds the products of one four of channels of four keys. */
void add_scores (vec4 q[VECTORS], uint first, uint64_t keys[KEYS], uint64_t offset)
{
  vec4 k[AT_ONCE];

  [[unroll]] for (uint j = 0; j < AT_ONCE; j++)
    k[j] = load_uniform (keys[first + j] + offset);
  [[unroll]] for (uint c = 0; c < 4; c++)
    [[unroll]] for (uint j = 0; j < AT_ONCE; j++)
      [[unroll]] for (uint v = 0; v < VECTORS; v++)
        scores[VECTORS * (first + j) + v] = fma (k[j][c], q[v][c], scores[VECTORS * (first + j) + v]);
}

void main ()
{
  uint lanes = gl_WorkGroupSize.x, head = gl_WorkGroupID.y, n = gl_WorkGroupID.z;
  uint head_fours = p.head_channels / 4;
  uint parts = WHOLE ? 1 : head_fours / FOURS;
  uint block = gl_WorkGroupID.x / parts, part = gl_WorkGroupID.x - block * parts;
  uint first_query = block * VECTORS * lanes;
  uint n_keys = CAUSAL ? min (p.keys, first_query + VECTORS * lanes) : p.keys;
  uint64_t q_places[VECTORS];
  uint64_t k_row = p.k + (uint64_t (n * p.keys) * p.kv_pitch + head * p.head_channels)
                         * (ELEMENT4_BYTES / 4);
  uint64_t v_row = p.v + (uint64_t (n * p.keys) * p.kv_pitch + head * p.head_channels
                          + part * FOURS * 4) * (ELEMENT4_BYTES / 4);
  uint row_bytes = p.kv_pitch * (ELEMENT4_BYTES / 4);
  uint queries[VECTORS];
  vec4 q[VECTORS * (WHOLE ? FOURS : 1)];
  float highest[VECTORS], totals[VECTORS];

  [[unroll]] for (uint v = 0; v < VECTORS; v++)
    {
      highest[v] = -1e30;
      totals[v] = 0.0;
      queries[v] = first_query + v * lanes + gl_SubgroupInvocationID;
      q_places[v] = p.q + (uint64_t (n * p.queries + min (queries[v], p.queries - 1)) * p.q_pitch
                           + head * p.head_channels) * (ELEMENT4_BYTES / 4);
      if (WHOLE)
        [[unroll]] for (uint f = 0; f < FOURS; f++)
          q[VECTORS * f + v] = load_four (q_places[v] + f * ELEMENT4_BYTES) * (p.scale * LOG2_E);
    }
  [[unroll]] for (uint i = 0; i < VECTORS * FOURS * 4; i++)
    mix_sums[i] = 0.0;

  [[dont_unroll]] for (uint first = 0; first < n_keys; first += KEYS)
    {
      uint64_t keys[KEYS], values[KEYS];

      /* Beyond the last key it is read again, and does not count. */
      [[unroll]] for (uint j = 0; j < KEYS; j++)
        {
          uint64_t row = uint64_t (min (first + j, p.keys - 1)) * row_bytes;

          keys[j] = k_row + row;
          values[j] = v_row + row;
        }
      [[unroll]] for (uint i = 0; i < VECTORS * KEYS; i++)
        scores[i] = 0.0;
      if (WHOLE)
        {
          [[unroll]] for (uint j = 0; j < KEYS; j += AT_ONCE)
            [[unroll]] for (uint f = 0; f < FOURS; f++)
              {
                vec4 both[VECTORS];

                [[unroll]] for (uint v = 0; v < VECTORS; v++)
                  both[v] = q[VECTORS * f + v];

                add_scores (both, j, keys, f * ELEMENT4_BYTES);
              }
        }
      else
        {
          [[dont_unroll]] for (uint f = 0; f < head_fours; f++)
            {
              uint64_t offset = uint64_t (f) * ELEMENT4_BYTES;
              vec4 both[VECTORS];

              [[unroll]] for (uint v = 0; v < VECTORS; v++)
                both[v] = load_four (q_places[v] + offset) * (p.scale * LOG2_E);
              [[unroll]] for (uint j = 0; j < KEYS; j += AT_ONCE)
                add_scores (both, j, keys, offset);
            }
        }

      [[unroll]] for (uint v = 0; v < VECTORS; v++)
        {
          float top = highest[v], shrink, total = 0.0;

          [[unroll]] for (uint j = 0; j < KEYS; j++)
            {
              bool seen = first + j < n_keys && (!CAUSAL || first + j <= queries[v]);

              scores[VECTORS * j + v] = seen ? scores[VECTORS * j + v] : -1e30;
              top = max (top, scores[VECTORS * j + v]);
            }
          shrink = exp2 (highest[v] - top);
          highest[v] = top;
          [[unroll]] for (uint j = 0; j < KEYS; j++)
            {
              scores[VECTORS * j + v] = exp2 (scores[VECTORS * j + v] - top);
              total += scores[VECTORS * j + v];
            }
          totals[v] = totals[v] * shrink + total;
          [[unroll]] for (uint c = 0; c < FOURS * 4; c++)
            mix_sums[VECTORS * c + v] *= shrink;
        }

      [[unroll]] for (uint first_key = 0; first_key < KEYS; first_key += AT_ONCE)
        [[unroll]] for (uint f = 0; f < FOURS; f++)
          {
            vec4 value[AT_ONCE];

            [[unroll]] for (uint j = 0; j < AT_ONCE; j++)
              value[j] = load_uniform (values[first_key + j] + f * ELEMENT4_BYTES);
            [[unroll]] for (uint c = 0; c < 4; c++)
              [[unroll]] for (uint j = 0; j < AT_ONCE; j++)
                [[unroll]] for (uint v = 0; v < VECTORS; v++)
                  mix_sums[VECTORS * (f * 4 + c) + v] = fma (value[j][c], scores[VECTORS * (first_key + j) + v],
                                                       mix_sums[VECTORS * (f * 4 + c) + v]);
          }
    }

  [[unroll]] for (uint v = 0; v < VECTORS; v++)
    if (queries[v] < p.queries)
      {
        uint64_t y = p.y + (uint64_t (n * p.queries + queries[v]) * (p.heads * p.head_channels)
                            + head * p.head_channels + part * FOURS * 4) * (ELEMENT4_BYTES / 4);

        [[unroll]] for (uint f = 0; f < FOURS; f++)
          {
            vec4 mixed;

            [[unroll]] for (uint c = 0; c < 4; c++)
              mixed[c] = mix_sums[VECTORS * (4 * f + c) + v];
            store_four (y + f * ELEMENT4_BYTES, mixed / totals[v]);
          }
      }
}
