/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * attention for GPUs with matrix units, on halfs (Dao, "FlashAttention-2"): a workgroup takes SUBGROUPS
 * times ROWS queries of one head through all keys, KEYS at a time. A subgroup keeps its queries and
 * their rows of y as matrices; scores go through shared memory, where its lanes make them weights
 * with a running maximum, and rows of y shrink by an elementwise product. Keys and values are fetched
 * into registers while the subgroups multiply. Heads have a multiple of 8 channels, padded with
 * zeros to WIDTH. Queries are read, or made here.
 */
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_shuffle : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#include "attention.h"
#include "include/words.glsl"

layout(constant_id = GS_ATTENTION_COOPMAT_WIDTH) const uint WIDTH = 64;
layout(constant_id = GS_ATTENTION_COOPMAT_KEYS) const uint KEYS = 32;
layout(constant_id = GS_ATTENTION_COOPMAT_ONE_PLACE) const bool ONE_PLACE = false;
layout(constant_id = GS_ATTENTION_COOPMAT_M) const uint M = 16;
layout(constant_id = GS_ATTENTION_COOPMAT_N) const uint N = 16;
layout(constant_id = GS_ATTENTION_COOPMAT_K) const uint K = 16;
layout(constant_id = GS_ATTENTION_COOPMAT_ROW_LANES) const uint ROW_LANES = 2;
layout(constant_id = GS_ATTENTION_COOPMAT_INVOCATIONS) const uint INVOCATIONS = 128;
layout(constant_id = GS_ATTENTION_COOPMAT_LANES) const uint LANES = 32;
layout(local_size_x_id = GS_ATTENTION_COOPMAT_INVOCATIONS) in;
layout(push_constant) uniform Push { GsAttentionPush p; };

#define ROWS GS_ATTENTION_COOPMAT_ROWS
#define LOG2_E 1.44269504
#define A coopmat<float16_t, gl_ScopeSubgroup, M, K, gl_MatrixUseA>
#define B coopmat<float16_t, gl_ScopeSubgroup, K, N, gl_MatrixUseB>
#define C coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator>

const uint SUBGROUPS = INVOCATIONS / LANES;
const uint QUERIES = SUBGROUPS * ROWS;
const uint ROW_PARTS = ROWS / M;
const uint KEY_PARTS = KEYS / N;
const uint WIDTH_PARTS = WIDTH / N; /* of y                    */
const uint DEPTH_PARTS = WIDTH / K; /* of q, along its channels */

/* Strides in quads of words (8 halfs, 4 floats), one more than needed: rows fall on other banks. */
const uint STRIDE = WIDTH / 8 + 1;
const uint SCORE_STRIDE = (KEYS > N ? KEYS : N) / 4 + 1;
const uint WEIGHT_STRIDE = KEYS / 8 + 1;
const uint FACTOR_STRIDE = N / 4 + 1;

const uint V_PLACE = ONE_PLACE ? 0 : KEYS * STRIDE;
const uint SCRATCH = V_PLACE + KEYS * STRIDE;
const uint SCRATCH_QUADS = ROWS * (SCORE_STRIDE + WEIGHT_STRIDE); /* of a subgroup */

shared uvec4 quads[SCRATCH + SUBGROUPS * SCRATCH_QUADS];

/* Rows of KEYS keys, values or queries, in quads of 8 channels. */
const uint ROW_QUADS = WIDTH / 8;
const uint FETCHES = (KEYS * ROW_QUADS + INVOCATIONS - 1) / INVOCATIONS;
uvec4 next[FETCHES];

/* Rows first ... first + KEYS - 1 of a tensor whose head begins at base, zeros from row end on. */
void fetch (gs_address base, uint pitch, uint first, uint end)
{
  uint head_quads = p.head_channels / 8;

  [[unroll]] for (uint f = 0; f < FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;
      uint row = first + i / ROW_QUADS, quad = i % ROW_QUADS;

      next[f] = uvec4 (0);
      if (i < KEYS * ROW_QUADS && row < end && quad < head_quads)
        next[f] = load_quad (base + (uint64_t (row) * (pitch / 8) + quad) * 16);
    }
}

void put (uint place)
{
  [[unroll]] for (uint f = 0; f < FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;

      if (i < KEYS * ROW_QUADS)
        quads[place + i / ROW_QUADS * STRIDE + i % ROW_QUADS] = next[f];
    }
}

#include "include/attention-queries.glsl"
#include "include/attention-weigh.glsl"

void main ()
{
  uint head = gl_WorkGroupID.y, n = gl_WorkGroupID.z;
  uint first_query = gl_WorkGroupID.x * QUERIES;
  uint first_row = first_query + gl_SubgroupID * ROWS;
  uint n_keys = p.causal != 0 ? min (p.keys, first_query + QUERIES) : p.keys;
  uint scores = SCRATCH + gl_SubgroupID * SCRATCH_QUADS, weights = scores + ROWS * SCORE_STRIDE;
  uint64_t row_bytes = uint64_t (p.heads * p.head_channels) * 2; /* of y */
  uint64_t head_bytes = uint64_t (head * p.head_channels) * 2;
  uint64_t kv_bytes = uint64_t (n * p.keys) * p.kv_pitch * 2 + head_bytes;
  gs_address q = p.q + uint64_t (n * p.queries) * p.q_pitch * 2 + head_bytes;
  gs_address k = p.k + kv_bytes, v = p.v + kv_bytes;
  gs_address y = p.y + n * p.queries * row_bytes + head_bytes;
  A queries[ROW_PARTS * DEPTH_PARTS];
  C sums[ROW_PARTS * WIDTH_PARTS];

  [[unroll]] for (uint i = 0; i < ROW_PARTS * WIDTH_PARTS; i++)
    sums[i] = C (0.0);
  [[unroll]] for (uint t = 0; t < TURNS; t++)
    {
      highest[t] = -1e30;
      totals[t] = 0.0;
    }

  if (PROJECTS)
    {
      if (NORMALISES)
        find_moments (n, first_query, p.heads * p.head_channels);
      fetch_slabs (n, head, first_query, 0);
    }
  for (uint channel = 0; PROJECTS && channel < p.heads * p.head_channels; channel += DEPTH)
    {
      put_slabs ();
      barrier ();
      fetch_slabs (n, head, first_query, channel + DEPTH);
      [[unroll]] for (uint d = 0; d < DEPTH; d += K)
        {
          A x[ROW_PARTS];

          [[unroll]] for (uint r = 0; r < ROW_PARTS; r++)
            coopMatLoad (x[r], quads, (gl_SubgroupID * ROWS + r * M) * X_STRIDE + d / 8, X_STRIDE,
                         gl_CooperativeMatrixLayoutRowMajor);
          [[unroll]] for (uint c = 0; c < WIDTH_PARTS; c++)
            {
              B w;

              coopMatLoad (w, quads, W_PLACE + d * STRIDE + c * (N / 8), STRIDE,
                           gl_CooperativeMatrixLayoutRowMajor);
              [[unroll]] for (uint r = 0; r < ROW_PARTS; r++)
                sums[r * WIDTH_PARTS + c] = coopMatMulAdd (x[r], w, sums[r * WIDTH_PARTS + c]);
            }
        }
      barrier ();
    }
  [[unroll]] for (uint column = 0; column < (PROJECTS ? WIDTH : 0); column += CHUNK)
    {
      [[unroll]] for (uint r = 0; r < ROW_PARTS; r++)
        [[unroll]] for (uint c = 0; c < CHUNK / N; c++)
          {
            coopMatStore (sums[r * WIDTH_PARTS + column / N + c], quads,
                          scores + r * M * SCORE_STRIDE + c * (N / 4), SCORE_STRIDE,
                          gl_CooperativeMatrixLayoutRowMajor);
            sums[r * WIDTH_PARTS + column / N + c] = C (0.0);
          }
      subgroupBarrier ();
      round_chunk (scores, weights);
      subgroupBarrier ();
      [[unroll]] for (uint r = 0; r < ROW_PARTS; r++)
        [[unroll]] for (uint d = 0; d < CHUNK / K; d++)
          coopMatLoad (queries[r * DEPTH_PARTS + column / K + d], quads,
                       weights + r * M * WEIGHT_STRIDE + d * (K / 8), WEIGHT_STRIDE,
                       gl_CooperativeMatrixLayoutRowMajor);
      subgroupBarrier ();
    }
  if (PROJECTS)
    barrier (); /* the scratch is free */

  /* Queries that are given pass through the keys' place. */
  for (uint first = 0; !PROJECTS && first < QUERIES; first += KEYS)
    {
      uint mine = gl_SubgroupID * ROWS - first; /* large before it is reached */

      fetch (q, p.q_pitch, first_query + first, p.queries);
      put (0);
      barrier ();
      if (mine < KEYS)
        [[unroll]] for (uint r = 0; r < ROW_PARTS; r++)
          [[unroll]] for (uint d = 0; d < DEPTH_PARTS; d++)
            coopMatLoad (queries[r * DEPTH_PARTS + d], quads, (mine + r * M) * STRIDE + d * (K / 8),
                         STRIDE, gl_CooperativeMatrixLayoutRowMajor);
      barrier ();
    }

  fetch (k, p.kv_pitch, 0, p.keys);
  for (uint first_key = 0; first_key < n_keys; first_key += KEYS)
    {
      put (0);
      barrier ();
      fetch (v, p.kv_pitch, first_key, p.keys);
      [[unroll]] for (uint j = 0; j < KEY_PARTS; j++)
        {
          C products[ROW_PARTS];

          [[unroll]] for (uint r = 0; r < ROW_PARTS; r++)
            products[r] = C (0.0);
          [[unroll]] for (uint d = 0; d < DEPTH_PARTS; d++)
            {
              B keys;

              coopMatLoad (keys, quads, j * N * STRIDE + d * (K / 8), STRIDE,
                           gl_CooperativeMatrixLayoutColumnMajor);
              [[unroll]] for (uint r = 0; r < ROW_PARTS; r++)
                products[r] = coopMatMulAdd (queries[r * DEPTH_PARTS + d], keys, products[r]);
            }
          [[unroll]] for (uint r = 0; r < ROW_PARTS; r++)
            coopMatStore (products[r], quads, scores + r * M * SCORE_STRIDE + j * (N / 4),
                          SCORE_STRIDE, gl_CooperativeMatrixLayoutRowMajor);
        }
      subgroupBarrier ();
      weigh (scores, weights, first_row, first_key);
      if (ONE_PLACE)
        barrier ();
      put (V_PLACE);
      barrier ();
      fetch (k, p.kv_pitch, first_key + KEYS, p.keys);
      [[unroll]] for (uint r = 0; r < ROW_PARTS; r++)
        {
          C factors;

          coopMatLoad (factors, quads, scores + r * M * FACTOR_STRIDE, FACTOR_STRIDE,
                       gl_CooperativeMatrixLayoutRowMajor);
          [[unroll]] for (uint c = 0; c < WIDTH_PARTS; c++)
            sums[r * WIDTH_PARTS + c] *= factors;
        }
      [[unroll]] for (uint j = 0; j < KEYS; j += K)
        {
          A shares[ROW_PARTS];

          [[unroll]] for (uint r = 0; r < ROW_PARTS; r++)
            coopMatLoad (shares[r], quads, weights + r * M * WEIGHT_STRIDE + j / 8, WEIGHT_STRIDE,
                         gl_CooperativeMatrixLayoutRowMajor);
          [[unroll]] for (uint c = 0; c < WIDTH_PARTS; c++)
            {
              B values;

              coopMatLoad (values, quads, V_PLACE + j * STRIDE + c * (N / 8), STRIDE,
                           gl_CooperativeMatrixLayoutRowMajor);
              [[unroll]] for (uint r = 0; r < ROW_PARTS; r++)
                sums[r * WIDTH_PARTS + c]
                  = coopMatMulAdd (shares[r], values, sums[r * WIDTH_PARTS + c]);
            }
        }
      if (ONE_PLACE)
        barrier ();
      subgroupBarrier (); /* the scratch is free */
    }

  /* Totals, in the weights' place, then y, N channels at a time, in the scores'. */
  [[unroll]] for (uint t = 0; t < TURNS; t++)
    {
      uint row = gl_SubgroupInvocationID / ROW_LANES + t * ROWS_AT_ONCE;

      if (row < ROWS && gl_SubgroupInvocationID % ROW_LANES == 0)
        quads[weights + row].x = floatBitsToUint (1.0 / totals[t]);
    }
  [[unroll]] for (uint c = 0; c < WIDTH_PARTS; c++)
    {
      [[unroll]] for (uint r = 0; r < ROW_PARTS; r++)
        coopMatStore (sums[r * WIDTH_PARTS + c], quads, scores + r * M * SCORE_STRIDE, SCORE_STRIDE,
                      gl_CooperativeMatrixLayoutRowMajor);
      subgroupBarrier ();
      for (uint i = gl_SubgroupInvocationID; i < ROWS * (N / 4); i += LANES)
        {
          uint row = i / (N / 4), four = i % (N / 4), channel = c * N + four * 4;

          if (first_row + row < p.queries && channel < p.head_channels)
            store_four (y + (first_row + row) * row_bytes + channel * 2,
                        uintBitsToFloat (quads[scores + row * SCORE_STRIDE + four])
                          * uintBitsToFloat (quads[weights + row].x));
        }
      subgroupBarrier ();
    }
}
