/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * matmul for GPUs: a workgroup makes a tile of ROWS x COLUMNS elements of y, 16 k at a time through
 * shared memory; each invocation keeps 8 rows x PART_COLUMNS columns in registers. The next slab of x
 * and w is fetched into registers while the last one is multiplied, and goes to the other of two
 * places in shared memory, so that there is one barrier a slab.
 */
#extension GL_GOOGLE_include_directive : require
#include "matmul.h"
#include "include/matmul-common.glsl"
#include "include/quant.glsl"
#define PART_FOURS 1
#include "include/matmul-place.glsl"

layout(constant_id = GS_MATMUL_TILE_ROWS) const uint ROWS = 64;
layout(constant_id = GS_MATMUL_TILE_COLUMNS) const uint COLUMNS = 64;
layout(constant_id = GS_MATMUL_TILE_PART_COLUMNS) const uint PART_COLUMNS = 4;
layout(constant_id = GS_MATMUL_TILE_INVOCATIONS) const uint INVOCATIONS = 128;
layout(local_size_x_id = GS_MATMUL_TILE_INVOCATIONS) in;

#define FOURS (GS_MATMUL_TILE_DEPTH / 4) /* of k in a slab */
#define EIGHTS (GS_MATMUL_TILE_DEPTH * 2) /* of w in a slab's panel: 8 columns of a k */

/* Rows stay aligned, and what invocations write together falls on other banks. */
const uint X_STRIDE = ROWS + 4;
const uint W_STRIDE = COLUMNS + 4;
const uint X_SLAB = FOURS * 4 * X_STRIDE;
const uint W_SLAB = FOURS * 4 * W_STRIDE;

const uint X_FETCHES = (ROWS * FOURS + INVOCATIONS - 1) / INVOCATIONS;
const uint N_EIGHTS = COLUMNS / GS_MATMUL_PANEL * EIGHTS;
const uint W_FETCHES = (N_EIGHTS + INVOCATIONS - 1) / INVOCATIONS;

shared float x_slabs[2 * X_SLAB]; /* [place][k][row]    */
shared float w_slabs[2 * W_SLAB]; /* [place][k][column] */

#define SHARES FOURS
void put_share (uint i, vec2 v) { x_slabs[2 * i] = v.x; x_slabs[2 * i + 1] = v.y; }
vec2 share_at (uint i) { return vec2 (x_slabs[2 * i], x_slabs[2 * i + 1]); }
#include "include/matmul-norm.glsl"

/* x_slabs holds them all: there are ROWS / 4 * COLUMNS numbers. */
#include "include/matmul-part.glsl"
void put_moment (uint i, vec2 v) { put_share (i, v); }
vec2 moment_at (uint i) { return share_at (i); }

Row rows[X_FETCHES];
vec4 x_next[X_FETCHES], w_next[2 * W_FETCHES];

/* Four i of a slab of x: of row i / FOURS, so neighbours read neighbouring channels of a pixel. */
void fetch_x (Cursor cursor)
{
  Norm norm;

  if (HAS_NORM)
    norm = load_norm (cursor.part);
  [[unroll]] for (uint f = 0; f < X_FETCHES; f++)
    {
      uint64_t place;

      x_next[f] = vec4 (0.0);
      if (find_part (rows[f], cursor, place))
        x_next[f] = HAS_NORM ? normalise (load_four (place), moments[f], norm) : load_four (place);
    }
}

/* Of columns column ... column + 3 of a panel's group. */
vec4 load_block_weights (uint64_t group, uint k, uint tap, uint taps, uint column)
{
  uint64_t at = group + column * 4;
  uvec4 low = load_quad (at + quant_low_at (k, tap, taps));
  uvec4 high = quant_bits == 5 || quant_bits == 6 ? load_quad (at + quant_high_at (k, tap, taps))
                                                  : uvec4 (0);
  vec4 scale = load_floats (at + quant_scale_at (k, tap, taps));
  vec4 minimum = quant_minima ? load_floats (at + quant_minimum_at (k, tap, taps)) : vec4 (0.0);
  vec4 values;

  [[unroll]] for (uint c = 0; c < 4; c++)
    values[c] = quant_value (quant_number (k, low[c], high[c]), scale[c], minimum[c]);
  return values;
}

void fetch_w (uint column_block, uint first_k, uint depth)
{
  [[unroll]] for (uint f = 0; f < W_FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;
      uint n = column_block * COLUMNS + i / EIGHTS * GS_MATMUL_PANEL + i % 2 * 8;
      uint column = source_column (n);
      Weights w = find_weights (first_k + i % EIGHTS / 2, depth);
      uint k = w.k;
      uint64_t eight = (uint64_t (column / GS_MATMUL_PANEL) * w.depth + k) * 2 + column / 8 % 2;

      w_next[2 * f] = w_next[2 * f + 1] = vec4 (0.0);
      if (k >= w.depth || n >= p.columns)
        continue;
      if (quantised)
        {
          uint tap = w.taps == 1 ? 0 : k / w.channels, channel = k - tap * w.channels;
          uint64_t group = group_at (w, column / GS_MATMUL_PANEL, channel);
          uint first = column % GS_MATMUL_PANEL;

          w_next[2 * f] = load_block_weights (group, channel % 32, tap, w.taps, first);
          w_next[2 * f + 1] = load_block_weights (group, channel % 32, tap, w.taps, first + 4);
        }
      else if (weight_f16)
        {
          uvec4 quad = load_quad (w.at + eight * 16);

          w_next[2 * f] = vec4 (unpackHalf2x16 (quad.x), unpackHalf2x16 (quad.y));
          w_next[2 * f + 1] = vec4 (unpackHalf2x16 (quad.z), unpackHalf2x16 (quad.w));
        }
      else
        {
          w_next[2 * f] = load_floats (w.at + eight * 32);
          w_next[2 * f + 1] = load_floats (w.at + eight * 32 + 16);
        }
    }
}

void put (uint place)
{
  [[unroll]] for (uint f = 0; f < X_FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;

      if (i < ROWS * FOURS)
        [[unroll]] for (uint k = 0; k < 4; k++)
          x_slabs[place * X_SLAB + (i % FOURS * 4 + k) * X_STRIDE + i / FOURS] = x_next[f][k];
    }
  [[unroll]] for (uint f = 0; f < W_FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;
      uint at = place * W_SLAB + i % EIGHTS / 2 * W_STRIDE + i / EIGHTS * GS_MATMUL_PANEL;

      if (i < N_EIGHTS)
        [[unroll]] for (uint c = 0; c < 8; c++)
          {
            /* Two pairs make a four, which is one invocation's. */
            uint column = is_gated () ? c / 2 * 4 + i % 2 * 2 + c % 2 : i % 2 * 8 + c;

            w_slabs[at + column] = w_next[2 * f + c / 4][c % 4];
          }
    }
}

void main ()
{
  uint row_block, column_block;
  uint id = gl_LocalInvocationIndex, depth = p.kernel * p.kernel * p.channels;
  uint row = id / ACROSS * PART_ROWS, column = id % ACROSS * 4; /* of this invocation's part */
  uint end = total_depth (depth);
  Cursor cursor = Cursor (id % FOURS, 0, 0);

  if (!find_block (row_block, column_block))
    return;

  [[unroll]] for (uint f = 0; f < X_FETCHES; f++)
    rows[f] = find_row (row_block * ROWS + (id + f * INVOCATIONS) / FOURS);
  [[unroll]] for (uint i = 0; i < PART_ROWS * PART_COLUMNS; i++)
    sums[i] = 0.0;
  settle (cursor);
  if (HAS_NORM)
    find_moments (row_block * ROWS);
  fetch_x (cursor);
  fetch_w (column_block, 0, depth);
  put (0);
  barrier ();

  for (uint first_k = 0, place = 0; first_k < end; first_k += FOURS * 4, place = 1 - place)
    {
      bool more = first_k + FOURS * 4 < end;

      if (more)
        {
          cursor.part += FOURS;
          settle (cursor);
          fetch_x (cursor);
          fetch_w (column_block, first_k + FOURS * 4, depth);
        }
      [[unroll]] for (uint k = 0; k < FOURS * 4; k++)
        {
          float x[PART_ROWS], w[PART_COLUMNS];

          [[unroll]] for (uint r = 0; r < PART_ROWS; r++)
            x[r] = x_slabs[place * X_SLAB + k * X_STRIDE + row + r];
          [[unroll]] for (uint c = 0; c < PART_COLUMNS; c++)
            w[c] = w_slabs[place * W_SLAB + k * W_STRIDE + c / 4 * (4 * ACROSS) + column + c % 4];
          [[unroll]] for (uint r = 0; r < PART_ROWS; r++)
            [[unroll]] for (uint c = 0; c < PART_COLUMNS; c++)
              sums[r * PART_COLUMNS + c] = fma (x[r], w[c], sums[r * PART_COLUMNS + c]);
        }
      if (more)
        put (1 - place);
      barrier ();
    }
  finish_part (row_block, column_block, row, column);
}
