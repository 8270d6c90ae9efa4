/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * matmul for GPUs with matrix units, on halfs: a workgroup makes a tile of ROWS x COLUMNS elements of
 * y, DEPTH k at a time through shared memory; each subgroup keeps its part of the tile as M x N
 * matrices of floats. The next slab of x and w is fetched into registers while the last one is
 * multiplied, and goes to the other of two places in shared memory, so that there is one barrier a
 * slab. Channels of x and of x2 are multiples of 8: a quad of words holds 8 k of a pixel, or 8 columns of a k.
 *
 * Weights in blocks have channels in multiples of 32, a slab. They are fetched as they are and become
 * halfs on the way into shared memory, 8 k of a column at a time as they lie in words, so that columns
 * are its rows there.
 */
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#include "matmul.h"
#include "include/matmul-common.glsl"
#include "include/quant.glsl"
#define PART_FOURS 2
#include "include/matmul-place.glsl"

layout(constant_id = GS_MATMUL_COOPMAT_ROWS) const uint ROWS = 64;
layout(constant_id = GS_MATMUL_COOPMAT_COLUMNS) const uint COLUMNS = 64;
layout(constant_id = GS_MATMUL_COOPMAT_SUBGROUP_ROWS) const uint SUBGROUP_ROWS = 32;
layout(constant_id = GS_MATMUL_COOPMAT_SUBGROUP_COLUMNS) const uint SUBGROUP_COLUMNS = 32;
layout(constant_id = GS_MATMUL_COOPMAT_M) const uint M = 16;
layout(constant_id = GS_MATMUL_COOPMAT_N) const uint N = 16;
layout(constant_id = GS_MATMUL_COOPMAT_K) const uint K = 16;
layout(constant_id = GS_MATMUL_COOPMAT_INVOCATIONS) const uint INVOCATIONS = 128;
layout(constant_id = GS_MATMUL_COOPMAT_LANES) const uint LANES = 32;
layout(local_size_x_id = GS_MATMUL_COOPMAT_INVOCATIONS) in;

#define DEPTH GS_MATMUL_COOPMAT_DEPTH
#define DEPTH_QUADS (DEPTH / 8)

/* In quads. A quad more than needed lets rows fall on other banks. */
const uint X_STRIDE = DEPTH_QUADS + 1;
const uint W_STRIDE = quantised ? DEPTH_QUADS + 1 : COLUMNS / 8 + 1;
const uint W_START = ROWS * X_STRIDE;
const uint SLAB = W_START + (quantised ? COLUMNS : DEPTH) * W_STRIDE;
/* For the epilogue: M rows of floats of each subgroup. */
const uint OUT_STRIDE = SUBGROUP_COLUMNS / 4 + 1;
const uint OUT_FOURS = SUBGROUP_COLUMNS / (activation == GS_MATMUL_GEGLU ? 8 : 4); /* of y, a row */
const uint OUT = M * OUT_STRIDE * (INVOCATIONS / LANES);

const uint X_FETCHES = (ROWS * DEPTH_QUADS + INVOCATIONS - 1) / INVOCATIONS;
const uint W_FETCHES = (COLUMNS * DEPTH_QUADS + INVOCATIONS - 1) / INVOCATIONS;
const uint ROW_PARTS = SUBGROUP_ROWS / M;
const uint COLUMN_PARTS = SUBGROUP_COLUMNS / N;

#define MOMENT_PART_ROWS M
#include "include/matmul-moments.glsl"

/* [place]: x [row][k], w [k][column] or, of blocks, [column][k]. In the end rows of y, then moments. */
const uint AFTER = OUT + (LEAVES_MOMENTS ? ROWS / M * COLUMNS / 2 : 0);
shared uvec4 quads[2 * SLAB > AFTER ? 2 * SLAB : AFTER];

#include "include/matmul-matrix-moments.glsl"

#define SHARES DEPTH_QUADS
void put_share (uint i, vec2 v) { quads[i].xy = floatBitsToUint (v); }
vec2 share_at (uint i) { return uintBitsToFloat (quads[i].xy); }
#include "include/matmul-norm.glsl"

Row rows[X_FETCHES];
uvec4 x_next[X_FETCHES], w_next[W_FETCHES];

#include "include/matmul-eights.glsl"

uvec4 normalise_quad (uvec4 quad, vec2 row, Norm low, Norm high)
{
  vec4 a = vec4 (unpackHalf2x16 (quad.x), unpackHalf2x16 (quad.y));
  vec4 b = vec4 (unpackHalf2x16 (quad.z), unpackHalf2x16 (quad.w));

  a = normalise (a, row, low);
  b = normalise (b, row, high);
  return uvec4 (packHalf2x16 (a.xy), packHalf2x16 (a.zw), packHalf2x16 (b.xy), packHalf2x16 (b.zw));
}

/* Quad i of a slab of x: of row i / DEPTH_QUADS. An invocation's all have the same k. */
void fetch_x (Cursor cursor)
{
  Norm low, high;

  if (HAS_NORM)
    {
      low = load_norm (2 * cursor.part);
      high = load_norm (2 * cursor.part + 1);
    }
  [[unroll]] for (uint f = 0; f < X_FETCHES; f++)
    {
      uint64_t place;

      x_next[f] = uvec4 (0);
      if (find_part (rows[f], cursor, place))
        x_next[f] = HAS_NORM ? normalise_quad (load_quad (place), moments[f], low, high)
                             : load_quad (place);
    }
}

/* Quad i of a slab of w lies as in memory: panels of 16 columns, and of each DEPTH pairs of quads. */
void fetch_whole (uint column_block, uint slab, uint depth)
{
  [[unroll]] for (uint f = 0; f < W_FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;
      uint n = column_block * COLUMNS + i / (2 * DEPTH) * GS_MATMUL_PANEL + i % 2 * 8;
      uint column = source_column (n);
      Weights w = find_weights (slab * DEPTH + i % (2 * DEPTH) / 2, depth);
      uint64_t quad = (uint64_t (column / GS_MATMUL_PANEL) * w.depth + w.k) * 2 + column / 8 % 2;

      w_next[f] = uvec4 (0);
      if (w.k < w.depth && n < p.columns)
        w_next[f] = load_quad (w.at + quad * 16);
    }
}

void fetch_w (uint column_block, uint slab, uint depth)
{
  if (quantised)
    fetch_blocks (column_block, slab, depth);
  else
    fetch_whole (column_block, slab, depth);
}

/* Halfs of what fetch_blocks() left. Under several taps few blocks end within 8 k. */
uvec4 numbers_of (uvec4 words, Eight eight)
{
  vec2 scale = uintBitsToFloat (words.zw);
  float values[8];

  [[unroll]] for (uint i = 0; i < 8; i++)
    {
      uint k = eight.first_k + i;
      uint low = quant_bits == 8 && i >= 4 ? words.y : words.x;

      if (eight.taps > 1 && eight.inside
          && (i == 0 || quant_scale_at (k, eight.tap, eight.taps)
                          != quant_scale_at (k - 1, eight.tap, eight.taps)))
        scale = vec2 (load_scale (eight, k), load_minimum (eight, k));
      values[i] = quant_value (quant_number (k, low, words.y), scale.x, scale.y);
    }
  return uvec4 (packHalf2x16 (vec2 (values[0], values[1])), packHalf2x16 (vec2 (values[2], values[3])),
                packHalf2x16 (vec2 (values[4], values[5])), packHalf2x16 (vec2 (values[6], values[7])));
}

void put_blocks (uint place, uint column_block, uint slab, uint depth)
{
  [[unroll]] for (uint f = 0; f < W_FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;

      if (i < COLUMNS * DEPTH_QUADS)
        quads[place + W_START + i % COLUMNS * W_STRIDE + i / COLUMNS]
          = numbers_of (w_next[f], find_eight (i, column_block, slab, depth));
    }
}

void put (uint place, uint column_block, uint slab, uint depth)
{
  uint id = gl_LocalInvocationIndex;

  [[unroll]] for (uint f = 0; f < X_FETCHES; f++)
    {
      uint i = id + f * INVOCATIONS;

      if (i < ROWS * DEPTH_QUADS)
        quads[place + i / DEPTH_QUADS * X_STRIDE + i % DEPTH_QUADS] = x_next[f];
    }
  if (quantised)
    {
      put_blocks (place, column_block, slab, depth);
      return;
    }
  [[unroll]] for (uint f = 0; f < W_FETCHES; f++)
    {
      uint i = id + f * INVOCATIONS;

      if (i < COLUMNS * DEPTH_QUADS)
        quads[place + W_START + i % (2 * DEPTH) / 2 * W_STRIDE + i / (2 * DEPTH) * 2 + i % 2]
          = w_next[f];
    }
}

void main ()
{
  const uint across = COLUMNS / SUBGROUP_COLUMNS;
  uint row_block, column_block;
  uint first_row = gl_SubgroupID / across * SUBGROUP_ROWS; /* of this subgroup in the tile */
  uint first_column = gl_SubgroupID % across * SUBGROUP_COLUMNS;
  uint depth = p.kernel * p.kernel * p.channels;
  uint n_slabs = (total_depth (depth) + DEPTH - 1) / DEPTH;
  Cursor cursor = Cursor (gl_LocalInvocationIndex % DEPTH_QUADS, 0, 0);
  coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator> sums[ROW_PARTS * COLUMN_PARTS];

  if (!find_block (row_block, column_block))
    return;

  [[unroll]] for (uint f = 0; f < X_FETCHES; f++)
    rows[f] = find_row (row_block * ROWS + (gl_LocalInvocationIndex + f * INVOCATIONS) / DEPTH_QUADS);
  [[unroll]] for (uint i = 0; i < ROW_PARTS * COLUMN_PARTS; i++)
    sums[i] = coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator> (0.0);
  settle (cursor);
  if (HAS_NORM)
    find_moments (row_block * ROWS);
  fetch_x (cursor);
  fetch_w (column_block, 0, depth);
  put (0, column_block, 0, depth);
  barrier ();

  for (uint slab = 0; slab < n_slabs; slab++)
    {
      bool more = slab + 1 < n_slabs;
      uint place = (slab & 1) * SLAB;

      if (more)
        {
          cursor.part += DEPTH_QUADS;
          settle (cursor);
          fetch_x (cursor);
          fetch_w (column_block, slab + 1, depth);
        }
      [[unroll]] for (uint k = 0; k < DEPTH; k += K)
        {
          coopmat<float16_t, gl_ScopeSubgroup, M, K, gl_MatrixUseA> x[ROW_PARTS];
          coopmat<float16_t, gl_ScopeSubgroup, K, N, gl_MatrixUseB> w;

          [[unroll]] for (uint r = 0; r < ROW_PARTS; r++)
            coopMatLoad (x[r], quads, place + (first_row + r * M) * X_STRIDE + k / 8, X_STRIDE,
                         gl_CooperativeMatrixLayoutRowMajor);
          [[unroll]] for (uint c = 0; c < COLUMN_PARTS; c++)
            {
              if (quantised)
                coopMatLoad (w, quads, place + W_START + (first_column + c * N) * W_STRIDE + k / 8,
                             W_STRIDE, gl_CooperativeMatrixLayoutColumnMajor);
              else
                coopMatLoad (w, quads, place + W_START + k * W_STRIDE + (first_column + c * N) / 8,
                             W_STRIDE, gl_CooperativeMatrixLayoutRowMajor);
              [[unroll]] for (uint r = 0; r < ROW_PARTS; r++)
                sums[r * COLUMN_PARTS + c] = coopMatMulAdd (x[r], w, sums[r * COLUMN_PARTS + c]);
            }
        }
      if (more)
        put (SLAB - place, column_block, slab + 1, depth);
      barrier ();
    }

  /* M rows of the subgroup's part at a time, through shared memory, so that lanes finish and store
   * neighbouring elements. */
  uint out_place = gl_SubgroupID * M * OUT_STRIDE;

  [[unroll]] for (uint r = 0; r < ROW_PARTS; r++)
    {
      [[unroll]] for (uint c = 0; c < COLUMN_PARTS; c++)
        coopMatStore (sums[r * COLUMN_PARTS + c], quads, out_place + c * (N / 4), OUT_STRIDE,
                      gl_CooperativeMatrixLayoutRowMajor);
      subgroupBarrier ();
      for (uint i = gl_SubgroupInvocationID; i < M * OUT_FOURS; i += LANES)
        {
          /* Of pairs, the fours of a panel's first half; the others are two fours further. */
          uint row = i / OUT_FOURS, own = i % OUT_FOURS;
          uint four = is_gated () ? own / 2 * 4 + own % 2 : own;
          uint m = row_block * ROWS + first_row + r * M + row;
          uint n = column_block * COLUMNS + first_column + four * 4;
          uint at = out_place + row * OUT_STRIDE + four, y_column = source_column (n);

          if (m < p.rows && n < p.columns)
            {
              vec4 v = load_bias (y_column) + uintBitsToFloat (quads[at]);

              if (is_gated ())
                finish_pairs (m, y_column, v,
                              load_bias (p.columns / 2 + y_column) + uintBitsToFloat (quads[at + 2]));
              else
                v = finish (m, n, v);
              if (LEAVES_MOMENTS)
                quads[at] = floatBitsToUint (v);
            }
        }
      subgroupBarrier ();
      if (LEAVES_MOMENTS)
        {
          put_moments_of_rows (out_place, (first_row / M + r) * COLUMNS + first_column);
          subgroupBarrier ();
        }
    }
  if (LEAVES_MOMENTS)
    leave_moments (row_block, column_block);
}
