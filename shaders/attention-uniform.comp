/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * attention for new lavapipe (see matmul-uniform.comp). Each invocation owns VECTORS queries; keys and
 * values are the same for all of a workgroup, so they are read by uniform loads and broadcast into
 * multiply-adds. Both products are loops like that of matmul-uniform, with the sums in registers (12
 * sums, 2 vectors and a broadcast fit into the 16 of AVX2); what passes from one to the other lies in
 * scratch memory, where each invocation sees its own elements only, so that nothing has to be
 * synchronized. A workgroup makes one block of queries after the other.
 *
 * The softmax is over keys a block at a time, relative to a reference near the running maximum (Milakov
 * and Gimelshein, "Online normalizer calculation for softmax"). It is raised only when a score exceeds
 * it by RAISE, which floats bear well, so that weights once stored hardly ever change.
 */
#extension GL_GOOGLE_include_directive : require
#include "attention.h"
#include "include/words.glsl"

#define LOG2_E 1.44269504
#define VECTORS GS_ATTENTION_UNIFORM_VECTORS
#define KEYS_AT_ONCE 6 /* times VECTORS sums, in registers */
#define RAISE 32.0
#define LOWEST -3e38

layout(constant_id = GS_ATTENTION_FOURS) const uint FOURS = 10; /* of channels a turn ... */
layout(constant_id = GS_ATTENTION_WHOLE) const bool WHOLE = true; /* ... are all of the head */
layout(constant_id = GS_ATTENTION_CHANNELS) const uint CHANNELS = 5; /* at once, times VECTORS sums */
layout(constant_id = GS_ATTENTION_CAUSAL) const bool CAUSAL = false;
layout(local_size_x_id = GS_ATTENTION_LANES) in;
layout(push_constant) uniform Push { GsAttentionPush p; };

#include "include/uniform.glsl"

const uint KEYS = GS_ATTENTION_UNIFORM_KEYS; /* of a block: a multiple of the other two */
const uint KEYS_A_TURN = 40; /* a loop's head costs as much as some 100 multiply-adds */
const uint VECTOR_BYTES = gl_WorkGroupSize.x * 4;

/* Places in scratch memory: of scaled queries and of sums by channel, of weights by key. */
uint64_t queries_at, sums_at, weights_at;

uint64_t vector_at (uint64_t place, uint i, uint v)
{
  return place + (i * VECTORS + v) * VECTOR_BYTES;
}

void store_lane (uint64_t address, float x)
{
  Floats (address + gl_SubgroupInvocationID * 4).at[0] = x;
}

uint64_t row_at (uint64_t place, uint key, uint row_bytes)
{
  return place + uint64_t (min (key, p.keys - 1)) * row_bytes;
}

/* Reads the queries; those beyond the last are that one. */
void prepare (uint first_query, uint head, uint n)
{
  [[dont_unroll]] for (uint f = 0; f < p.head_channels / 4; f++)
    [[unroll]] for (uint v = 0; v < VECTORS; v++)
      {
        uint query = min (first_query + v * gl_WorkGroupSize.x + gl_SubgroupInvocationID, p.queries - 1);
        vec4 q = load_four (p.q + (uint64_t (n * p.queries + query) * p.q_pitch + head * p.head_channels
                                   + f * 4) * (ELEMENT4_BYTES / 4)) * (p.scale * LOG2_E);

        [[unroll]] for (uint c = 0; c < 4; c++)
          store_lane (vector_at (queries_at, f * 4 + c, v), q[c]);
      }
}

/* Adds the products of FOURS fours of channels; scores: [key][vector]. */
void add_scores (uint first, uint64_t keys[KEYS_AT_ONCE], inout float scores[KEYS_AT_ONCE * VECTORS])
{
  [[unroll]] for (uint f = 0; f < FOURS; f++)
    {
      vec4 k[KEYS_AT_ONCE];

      [[unroll]] for (uint j = 0; j < KEYS_AT_ONCE; j++)
        k[j] = load_uniform (keys[j] + uint64_t (first + f) * ELEMENT4_BYTES);
      [[unroll]] for (uint c = 0; c < 4; c++)
        {
          float q[VECTORS];

          [[unroll]] for (uint v = 0; v < VECTORS; v++)
            q[v] = load_lane_scratch (vector_at (queries_at, (first + f) * 4 + c, v));
          [[unroll]] for (uint j = 0; j < KEYS_AT_ONCE; j++)
            [[unroll]] for (uint v = 0; v < VECTORS; v++)
              scores[j * VECTORS + v] = fma (k[j][c], q[v], scores[j * VECTORS + v]);
        }
    }
}

/* Of KEYS_AT_ONCE keys; those from n_keys on get LOWEST or little more. */
void score (uint first_key, uint n_keys, uint64_t k_rows, uint row_bytes,
            out float scores[KEYS_AT_ONCE * VECTORS])
{
  uint64_t keys[KEYS_AT_ONCE];

  [[unroll]] for (uint j = 0; j < KEYS_AT_ONCE; j++)
    {
      keys[j] = row_at (k_rows, first_key + j, row_bytes);
      [[unroll]] for (uint v = 0; v < VECTORS; v++)
        scores[j * VECTORS + v] = mix (LOWEST, 0.0, first_key + j < n_keys);
    }
  if (WHOLE)
    add_scores (0, keys, scores);
  else
    [[dont_unroll]] for (uint first = 0; first < p.head_channels / 4; first += FOURS)
      add_scores (first, keys, scores);
}

/* Adds the values of a block's keys, by their weights, to what the sums of the blocks before shrink
 * to; first: there are none. */
void add_values (uint first_key, uint n_keys, uint64_t v_rows, uint row_bytes, bool first,
                 float shrink[VECTORS])
{
  [[dont_unroll]] for (uint channel = 0; channel < p.head_channels; channel += CHANNELS)
    {
      float sums[CHANNELS * VECTORS]; /* [channel][vector] */

      [[unroll]] for (uint c = 0; c < CHANNELS; c++)
        [[unroll]] for (uint v = 0; v < VECTORS; v++)
          sums[c * VECTORS + v] = mix (load_lane_scratch (vector_at (sums_at, channel + c, v)) * shrink[v],
                                       0.0, first);
      [[dont_unroll]] for (uint key = 0; key < n_keys; key += KEYS_A_TURN)
        [[unroll]] for (uint j = 0; j < KEYS_A_TURN; j++)
          {
            uint64_t value = row_at (v_rows, first_key + key + j, row_bytes)
                             + uint64_t (channel) * (ELEMENT4_BYTES / 4);
            float weights[VECTORS];

            [[unroll]] for (uint v = 0; v < VECTORS; v++)
              weights[v] = load_lane_scratch (vector_at (weights_at, key + j, v));
            [[unroll]] for (uint c = 0; c < CHANNELS; c++)
              {
                float x = load_uniform_one (value, c);

                [[unroll]] for (uint v = 0; v < VECTORS; v++)
                  sums[c * VECTORS + v] = fma (x, weights[v], sums[c * VECTORS + v]);
              }
          }
      [[unroll]] for (uint c = 0; c < CHANNELS; c++)
        [[unroll]] for (uint v = 0; v < VECTORS; v++)
          store_lane (vector_at (sums_at, channel + c, v), sums[c * VECTORS + v]);
    }
}

void main ()
{
  uint lanes = gl_WorkGroupSize.x, head = gl_WorkGroupID.y, n = gl_WorkGroupID.z;
  uint row_bytes = p.kv_pitch * (ELEMENT4_BYTES / 4);
  uint64_t head_offset = (uint64_t (n * p.keys) * p.kv_pitch + head * p.head_channels) * (ELEMENT4_BYTES / 4);
  uint64_t k_rows = p.k + head_offset, v_rows = p.v + head_offset;
  uint slot = (n * p.heads + head) * p.columns + gl_WorkGroupID.x;

  queries_at = p.scratch + uint64_t (slot) * ((2 * p.head_channels + KEYS) * VECTORS * VECTOR_BYTES);
  sums_at = vector_at (queries_at, p.head_channels, 0);
  weights_at = vector_at (sums_at, p.head_channels, 0);

  [[dont_unroll]] for (uint first_query = gl_WorkGroupID.x * VECTORS * lanes; first_query < p.queries;
                       first_query += p.columns * VECTORS * lanes)
    {
      uint n_keys = CAUSAL ? min (p.keys, first_query + VECTORS * lanes) : p.keys;
      float references[VECTORS], totals[VECTORS];

      prepare (first_query, head, n);
      [[unroll]] for (uint v = 0; v < VECTORS; v++)
        {
          references[v] = LOWEST;
          totals[v] = 0.0;
        }
      [[dont_unroll]] for (uint first_key = 0; first_key < n_keys; first_key += KEYS)
        {
          uint block_keys = min (n_keys - first_key, KEYS);
          float shrink[VECTORS];

          [[unroll]] for (uint v = 0; v < VECTORS; v++)
            shrink[v] = 1.0;
          [[dont_unroll]] for (uint key = 0; key < block_keys; key += KEYS_AT_ONCE)
            {
              float scores[KEYS_AT_ONCE * VECTORS], tops[VECTORS];
              float excess = LOWEST;

              score (first_key + key, n_keys, k_rows, row_bytes, scores);
              [[unroll]] for (uint v = 0; v < VECTORS; v++)
                {
                  tops[v] = LOWEST;
                  [[unroll]] for (uint j = 0; j < KEYS_AT_ONCE; j++)
                    {
                      if (CAUSAL)
                        scores[j * VECTORS + v]
                          = mix (LOWEST, scores[j * VECTORS + v],
                                 first_key + key + j <= first_query + v * lanes + gl_SubgroupInvocationID);
                      tops[v] = max (tops[v], scores[j * VECTORS + v]);
                    }
                  excess = max (excess, tops[v] - references[v]);
                }
              if (excess > RAISE)
                [[unroll]] for (uint v = 0; v < VECTORS; v++)
                  {
                    float reference = max (references[v], tops[v]);
                    float by = exp2 (references[v] - reference);

                    for (uint j = 0; j < key; j++)
                      store_lane (vector_at (weights_at, j, v),
                                  load_lane_scratch (vector_at (weights_at, j, v)) * by);
                    shrink[v] *= by;
                    totals[v] *= by;
                    references[v] = reference;
                  }
              [[unroll]] for (uint j = 0; j < KEYS_AT_ONCE; j++)
                [[unroll]] for (uint v = 0; v < VECTORS; v++)
                  {
                    float weight = exp2 (scores[j * VECTORS + v] - references[v]);

                    totals[v] += weight;
                    store_lane (vector_at (weights_at, key + j, v), weight);
                  }
            }
          /* The keys that fill up the last turn weigh nothing. */
          [[dont_unroll]] for (uint key = (block_keys + KEYS_AT_ONCE - 1) / KEYS_AT_ONCE * KEYS_AT_ONCE;
                               key < (block_keys + KEYS_A_TURN - 1) / KEYS_A_TURN * KEYS_A_TURN; key++)
            [[unroll]] for (uint v = 0; v < VECTORS; v++)
              store_lane (vector_at (weights_at, key, v), 0.0);
          add_values (first_key, block_keys, v_rows, row_bytes, first_key == 0, shrink);
        }

      [[unroll]] for (uint v = 0; v < VECTORS; v++)
        {
          uint query = first_query + v * lanes + gl_SubgroupInvocationID;
          uint64_t y = p.y + (uint64_t (n * p.queries + query) * (p.heads * p.head_channels)
                              + head * p.head_channels) * (ELEMENT4_BYTES / 4);

          if (query < p.queries)
            [[dont_unroll]] for (uint f = 0; f < p.head_channels / 4; f++)
              {
                vec4 mixed;

                [[unroll]] for (uint c = 0; c < 4; c++)
                  mixed[c] = load_lane_scratch (vector_at (sums_at, f * 4 + c, v));
                store_four (y + f * ELEMENT4_BYTES, mixed / totals[v]);
              }
        }
    }
}
