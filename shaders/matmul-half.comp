/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * matmul for GPUs that calculate with pairs of halfs as fast as with one float, on halfs: like
 * matmul-tile, but DEPTH k at a time, which lie in shared memory in pairs. Products are added up in
 * halfs for CHUNK k, and these sums in floats: the rounding of a chunk's additions is then independent of
 * all others', and small beside the sum of many.
 *
 * x is divided by 16 on its way in, which is exact, and sums are multiplied: so a chunk does not end at
 * a half's largest number where y does not.
 *
 * Channels of x and of x2 are multiples of 8: a quad of words holds 8 k of a pixel, or 8 columns of a k.
 */
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#include "matmul.h"
#include "include/matmul-common.glsl"
#include "include/quant.glsl"
#define PART_FOURS 2
#include "include/matmul-place.glsl"

layout(constant_id = GS_MATMUL_TILE_ROWS) const uint ROWS = 64;
layout(constant_id = GS_MATMUL_TILE_COLUMNS) const uint COLUMNS = 64;
layout(constant_id = GS_MATMUL_TILE_PART_COLUMNS) const uint PART_COLUMNS = 4;
layout(constant_id = GS_MATMUL_TILE_INVOCATIONS) const uint INVOCATIONS = 128;
layout(local_size_x_id = GS_MATMUL_TILE_INVOCATIONS) in;

#define DEPTH GS_MATMUL_HALF_DEPTH
#define CHUNK GS_MATMUL_HALF_CHUNK
#define DEPTH_QUADS (DEPTH / 8)
#define SCALE 16.0
#define PAIRS (PART_COLUMNS / 2) /* of an invocation's columns */

/* In words of two halfs. Two more than needed: what invocations write together falls on other banks. */
const uint X_STRIDE = ROWS + 2;
const uint W_STRIDE = COLUMNS / 2 + 2;
const uint X_SLAB = DEPTH / 2 * X_STRIDE;
const uint W_SLAB = DEPTH * W_STRIDE;

const uint X_FETCHES = (ROWS * DEPTH_QUADS + INVOCATIONS - 1) / INVOCATIONS;
const uint W_FETCHES = (COLUMNS * DEPTH_QUADS + INVOCATIONS - 1) / INVOCATIONS;

shared uint x_slabs[2 * X_SLAB]; /* [place][k / 2][row]    */
shared uint w_slabs[2 * W_SLAB]; /* [place][k][column / 2] */

#define SHARES DEPTH_QUADS
void put_share (uint i, vec2 v)
{
  x_slabs[2 * i] = floatBitsToUint (v.x);
  x_slabs[2 * i + 1] = floatBitsToUint (v.y);
}
vec2 share_at (uint i) { return uintBitsToFloat (uvec2 (x_slabs[2 * i], x_slabs[2 * i + 1])); }
#include "include/matmul-norm.glsl"

/* x_slabs holds them all: there are ROWS / 4 * COLUMNS numbers. */
#include "include/matmul-part.glsl"
void put_moment (uint i, vec2 v) { put_share (i, v); }
vec2 moment_at (uint i) { return share_at (i); }

Row rows[X_FETCHES];
uvec4 x_next[X_FETCHES], w_next[W_FETCHES];

uint shrink (vec2 v) { return packHalf2x16 (v / SCALE); }

/* Eight channels as they are, or normalised. */
uvec4 fetch_quad (uint64_t place, vec2 row, Norm low, Norm high)
{
  uvec4 quad = load_quad (place);
  vec4 a = vec4 (unpackHalf2x16 (quad.x), unpackHalf2x16 (quad.y));
  vec4 b = vec4 (unpackHalf2x16 (quad.z), unpackHalf2x16 (quad.w));

  if (HAS_NORM)
    {
      a = normalise (a, row, low);
      b = normalise (b, row, high);
    }
  return uvec4 (shrink (a.xy), shrink (a.zw), shrink (b.xy), shrink (b.zw));
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
        x_next[f] = fetch_quad (place, moments[f], low, high);
    }
}

/* Quad i of a slab of w lies as in memory: panels of 16 columns, and of each DEPTH pairs of quads. */
void fetch_w (uint column_block, uint first_k, uint depth)
{
  [[unroll]] for (uint f = 0; f < W_FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;
      uint n = column_block * COLUMNS + i / (2 * DEPTH) * GS_MATMUL_PANEL + i % 2 * 8;
      uint column = source_column (n);
      Weights w = find_weights (first_k + i % (2 * DEPTH) / 2, depth);
      uint64_t quad = (uint64_t (column / GS_MATMUL_PANEL) * w.depth + w.k) * 2 + column / 8 % 2;

      w_next[f] = uvec4 (0);
      if (w.k < w.depth && n < p.columns)
        w_next[f] = load_quad (w.at + quad * 16);
    }
}

void put (uint place)
{
  [[unroll]] for (uint f = 0; f < X_FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;
      uint at = place * X_SLAB + i % DEPTH_QUADS * 4 * X_STRIDE + i / DEPTH_QUADS;

      if (i < ROWS * DEPTH_QUADS)
        [[unroll]] for (uint k = 0; k < 4; k++)
          x_slabs[at + k * X_STRIDE] = x_next[f][k];
    }
  [[unroll]] for (uint f = 0; f < W_FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;
      uint at = place * W_SLAB + i % (2 * DEPTH) / 2 * W_STRIDE + i / (2 * DEPTH) * (GS_MATMUL_PANEL / 2);

      if (i < COLUMNS * DEPTH_QUADS)
        [[unroll]] for (uint c = 0; c < 4; c++)
          /* Two pairs that belong together make a four, which is one invocation's. */
          w_slabs[at + (is_gated () ? c * 2 + i % 2 : i % 2 * 4 + c)] = w_next[f][c];
    }
}

/* Adds the products of CHUNK k from first_k of a place on. */
void multiply (uint place, uint first_k, uint row, uint column)
{
  f16vec2 chunk[PART_ROWS * PAIRS];

  [[unroll]] for (uint i = 0; i < PART_ROWS * PAIRS; i++)
    chunk[i] = f16vec2 (0.0);
  [[unroll]] for (uint k = 0; k < CHUNK; k += 2)
    {
      f16vec2 x[PART_ROWS];

      [[unroll]] for (uint r = 0; r < PART_ROWS; r++)
        x[r] = unpackFloat2x16 (x_slabs[place * X_SLAB + (first_k + k) / 2 * X_STRIDE + row + r]);
      [[unroll]] for (uint odd = 0; odd < 2; odd++)
        [[unroll]] for (uint c = 0; c < PAIRS; c++)
          {
            uint at = (first_k + k + odd) * W_STRIDE + c / 2 * (2 * ACROSS) + column / 2 + c % 2;
            f16vec2 w = unpackFloat2x16 (w_slabs[place * W_SLAB + at]);

            [[unroll]] for (uint r = 0; r < PART_ROWS; r++)
              chunk[r * PAIRS + c] = fma (f16vec2 (x[r][odd]), w, chunk[r * PAIRS + c]);
          }
    }
  [[unroll]] for (uint i = 0; i < PART_ROWS * PAIRS; i++)
    {
      sums[2 * i] += float (chunk[i].x);
      sums[2 * i + 1] += float (chunk[i].y);
    }
}

void main ()
{
  uint row_block, column_block;
  uint id = gl_LocalInvocationIndex, depth = p.kernel * p.kernel * p.channels;
  uint row = id / ACROSS * PART_ROWS, column = id % ACROSS * 4; /* of this invocation's part */
  uint end = total_depth (depth);
  Cursor cursor = Cursor (id % DEPTH_QUADS, 0, 0);

  if (!find_block (row_block, column_block))
    return;

  [[unroll]] for (uint f = 0; f < X_FETCHES; f++)
    rows[f] = find_row (row_block * ROWS + (id + f * INVOCATIONS) / DEPTH_QUADS);
  [[unroll]] for (uint i = 0; i < PART_ROWS * PART_COLUMNS; i++)
    sums[i] = 0.0;
  settle (cursor);
  if (HAS_NORM)
    find_moments (row_block * ROWS);
  fetch_x (cursor);
  fetch_w (column_block, 0, depth);
  put (0);
  barrier ();

  for (uint first_k = 0, place = 0; first_k < end; first_k += DEPTH, place = 1 - place)
    {
      bool more = first_k + DEPTH < end;

      if (more)
        {
          cursor.part += DEPTH_QUADS;
          settle (cursor);
          fetch_x (cursor);
          fetch_w (column_block, first_k + DEPTH, depth);
        }
      [[unroll]] for (uint k = 0; k < DEPTH; k += CHUNK)
        multiply (place, k, row, column);
      if (more)
        put (1 - place);
      barrier ();
    }
  [[unroll]] for (uint i = 0; i < PART_ROWS * PART_COLUMNS; i++)
    sums[i] *= SCALE;
  finish_part (row_block, column_block, row, column);
}
