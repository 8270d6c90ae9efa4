/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * attention for GPUs: a workgroup takes 64 queries of one head through all keys, 32 at a time, with a
 * running maximum (Dao et al., "FlashAttention"). Scores are a product of tiles in shared memory, 4 x 4
 * to an invocation; then four invocations share two queries' channels of y in registers. Wide heads
 * are cut into parts of FOURS fours of channels, a workgroup each.
 */
#extension GL_GOOGLE_include_directive : require
#include "attention.h"
#include "include/words.glsl"

#define QUERIES GS_ATTENTION_TILE_QUERIES
#define KEYS 32
#define DEPTH 16             /* channels of q and k in shared memory at a time    */
#define Q_STRIDE (QUERIES + 4)
#define K_STRIDE (KEYS + 4)
#define LOG2_E 1.44269504

layout(constant_id = GS_ATTENTION_FOURS) const uint FOURS = 8;
layout(local_size_x = 128) in;
layout(push_constant) uniform Push { GsAttentionPush p; };

shared float q_tile[DEPTH * Q_STRIDE];     /* [channel][query] */
shared float k_tile[DEPTH * K_STRIDE];     /* [channel][key]   */
shared float score_tile[QUERIES * K_STRIDE]; /* [query][key]     */

const uint SLOTS = (FOURS + 3) / 4; /* fours of y's channels to an invocation */

/* A four of channels of a row of q or k, zeros where there is none. */
vec4 fetch (bool exists, gs_address base, uint row, uint four, uint head_fours)
{
  if (!exists || four >= head_fours)
    return vec4 (0.0);
  return load_four (base + uint64_t (row + four) * ELEMENT4_BYTES);
}

/* scores[i][j] of queries id / 8 * 4 + i and keys id % 8 * 4 + j, into shared memory. */
void make_scores (uint id, uint q_row, uint first_query, uint k_row, uint first_key,
                  uint head_fours)
{
  float scores[16];

  [[unroll]] for (uint i = 0; i < 16; i++)
    scores[i] = 0.0;
  for (uint four = 0; four < head_fours; four += DEPTH / 4)
    {
      uint mine = four + id % 4, column = id / 4;
      vec4 q[2], k;

      [[unroll]] for (uint h = 0; h < 2; h++)
        {
          uint query = first_query + column + h * 32;

          q[h] = fetch (query < p.queries, p.q, q_row + query * (p.q_pitch / 4), mine, head_fours);
        }
      k = fetch (first_key + column < p.keys, p.k, k_row + (first_key + column) * (p.kv_pitch / 4),
                 mine, head_fours);
      barrier ();
      [[unroll]] for (uint c = 0; c < 4; c++)
        {
          q_tile[(id % 4 * 4 + c) * Q_STRIDE + column] = q[0][c];
          q_tile[(id % 4 * 4 + c) * Q_STRIDE + column + 32] = q[1][c];
          k_tile[(id % 4 * 4 + c) * K_STRIDE + column] = k[c];
        }
      barrier ();
      [[unroll]] for (uint c = 0; c < DEPTH; c++)
        {
          float qs[4], ks[4];

          [[unroll]] for (uint i = 0; i < 4; i++)
            {
              qs[i] = q_tile[c * Q_STRIDE + id / 8 * 4 + i];
              ks[i] = k_tile[c * K_STRIDE + id % 8 * 4 + i];
            }
          [[unroll]] for (uint i = 0; i < 16; i++)
            scores[i] = fma (qs[i / 4], ks[i % 4], scores[i]);
        }
    }
  [[unroll]] for (uint i = 0; i < 16; i++)
    {
      uint query = id / 8 * 4 + i / 4, key = id % 8 * 4 + i % 4;
      bool seen = first_key + key < p.keys
                  && (p.causal == 0 || first_key + key <= first_query + query);

      score_tile[query * K_STRIDE + key] = seen ? scores[i] * (p.scale * LOG2_E) : -1e30;
    }
}

void main ()
{
  uint id = gl_LocalInvocationID.x, head = gl_WorkGroupID.y, n = gl_WorkGroupID.z;
  uint head_fours = p.head_channels / 4, row_fours = p.heads * head_fours;
  uint parts = head_fours / FOURS;
  uint first_query = gl_WorkGroupID.x / parts * QUERIES, part = gl_WorkGroupID.x % parts;
  uint n_keys = p.causal != 0 ? min (p.keys, first_query + QUERIES) : p.keys;
  uint q_row = n * p.queries * (p.q_pitch / 4) + head * head_fours;
  uint k_row = n * p.keys * (p.kv_pitch / 4) + head * head_fours;
  uint y_row = n * p.queries * row_fours + head * head_fours;
  uint rows[2] = { id / 4, id / 4 + 32 }; /* this invocation's queries, for y */
  float highest[2] = { -1e30, -1e30 }, totals[2] = { 0.0, 0.0 };
  vec4 sums[2 * SLOTS];

  [[unroll]] for (uint i = 0; i < 2 * SLOTS; i++)
    sums[i] = vec4 (0.0);
  for (uint first_key = 0; first_key < n_keys; first_key += KEYS)
    {
      make_scores (id, q_row, first_query, k_row, first_key, head_fours);
      barrier ();
      [[unroll]] for (uint h = 0; h < 2; h++)
        {
          float top = highest[h], shrink;

          for (uint j = 0; j < KEYS; j++)
            top = max (top, score_tile[rows[h] * K_STRIDE + j]);
          shrink = exp2 (highest[h] - top);
          highest[h] = top;
          totals[h] *= shrink;
          [[unroll]] for (uint s = 0; s < SLOTS; s++)
            sums[h * SLOTS + s] *= shrink;
        }
      barrier ();
      /* Four invocations of a query: eight keys each. */
      [[unroll]] for (uint h = 0; h < 2; h++)
        for (uint j = id % 4 * 8; j < id % 4 * 8 + 8; j++)
          score_tile[rows[h] * K_STRIDE + j]
            = exp2 (score_tile[rows[h] * K_STRIDE + j] - highest[h]);
      barrier ();
      for (uint j = 0; j < min (KEYS, n_keys - first_key); j++)
        {
          float weights[2] = { score_tile[rows[0] * K_STRIDE + j],
                               score_tile[rows[1] * K_STRIDE + j] };
          uint v_row = k_row + (first_key + j) * (p.kv_pitch / 4) + part * FOURS;

          totals[0] += weights[0];
          totals[1] += weights[1];
          [[unroll]] for (uint s = 0; s < SLOTS; s++)
            if (s * 4 + id % 4 < FOURS)
              {
                vec4 v = load_four (p.v + uint64_t (v_row + s * 4 + id % 4) * ELEMENT4_BYTES);

                sums[s] += weights[0] * v;
                sums[SLOTS + s] += weights[1] * v;
              }
        }
    }
  [[unroll]] for (uint h = 0; h < 2; h++)
    [[unroll]] for (uint s = 0; s < SLOTS; s++)
      if (first_query + rows[h] < p.queries && s * 4 + id % 4 < FOURS)
        store_four (p.y + uint64_t (y_row + (first_query + rows[h]) * row_fours + part * FOURS
                                    + s * 4 + id % 4) * ELEMENT4_BYTES,
                    sums[h * SLOTS + s] / totals[h]);
}
