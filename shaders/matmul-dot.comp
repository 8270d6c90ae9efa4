/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * matmul for GPUs that sum four products of bytes in one instruction, of weights in blocks with one scale
 * and one tap. Each 32 channels of a row of x become signed bytes with a scale, largest / 127, on their
 * way into shared memory, as ggml makes them (q8_1 in ggml-org/ggml, src/ggml-quants.c); the products of a
 * block are summed as integers, exactly, and scaled once. Where blocks have minima, a minimum counts as
 * often as the row's numbers say in sum.
 *
 * Otherwise as matmul-tile: a workgroup makes ROWS x COLUMNS elements of y, a block of k at a time; an
 * invocation 8 rows x 4 columns. Rounding x is an error of its own; who may make it says engine/ops/matmul-tiles.c.
 */
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_spirv_intrinsics : require
#include "matmul.h"
#include "include/matmul-common.glsl"
#include "include/quant.glsl"
#define PART_FOURS 8
#include "include/matmul-place.glsl"

layout(constant_id = GS_MATMUL_TILE_ROWS) const uint ROWS = 64;
layout(constant_id = GS_MATMUL_TILE_COLUMNS) const uint COLUMNS = 64;
layout(constant_id = GS_MATMUL_TILE_INVOCATIONS) const uint INVOCATIONS = 128;
layout(local_size_x_id = GS_MATMUL_TILE_INVOCATIONS) in;

/* OpSDotKHR of words of four bytes (SPV_KHR_integer_dot_product), by number: glslang knows
 * GL_EXT_integer_dot_product only since version 15. */
spirv_instruction (extensions = ["SPV_KHR_integer_dot_product"], capabilities = [6018, 6019], id = 4450)
int dot_of_bytes (uint a, uint b, spirv_literal int four_bytes);

#define DEPTH 32
#define WORDS (DEPTH / 4)
#define PART_ROWS GS_MATMUL_TILE_PART_ROWS
#define PART_COLUMNS 4

/* After the words of k come a row of scales and one of sums or minima. */
const uint X_STRIDE = ROWS + 4;
const uint W_STRIDE = COLUMNS + 4;
const uint X_SLAB = (WORDS + 2) * X_STRIDE;
const uint W_SLAB = (WORDS + 2) * W_STRIDE;

const uint X_FETCHES = (ROWS + INVOCATIONS - 1) / INVOCATIONS;
const uint W_FETCHES = (COLUMNS * (DEPTH / 8) + INVOCATIONS - 1) / INVOCATIONS;
const uint ACROSS = COLUMNS / PART_COLUMNS;

shared uint x_slabs[2 * X_SLAB]; /* [place][four of k][row]    */
shared uint w_slabs[2 * W_SLAB]; /* [place][four of k][column] */

Row rows[X_FETCHES];
vec4 x_next[X_FETCHES * WORDS];
uvec4 w_next[W_FETCHES];

#include "include/matmul-eights.glsl"

void fetch_x (Cursor cursor)
{
  [[unroll]] for (uint f = 0; f < X_FETCHES; f++)
    {
      uint64_t place;
      bool inside = find_part (rows[f], cursor, place)
                    && gl_LocalInvocationIndex + f * INVOCATIONS < ROWS;

      [[unroll]] for (uint i = 0; i < WORDS; i++)
        {
          x_next[f * WORDS + i] = vec4 (0.0);
          if (inside)
            x_next[f * WORDS + i] = load_four (place + i * ELEMENT4_BYTES);
        }
    }
}

uint word_of (ivec4 q)
{
  return (q.x & 255) | (q.y & 255) << 8 | (q.z & 255) << 16 | q.w << 24;
}

/* A row's 32 channels. What is not finite makes the scale so, and with it all of the row. */
void put_row (uint at, uint first)
{
  float largest = 0.0, factor;
  bool broken = false;
  int sum = 0;

  [[unroll]] for (uint i = 0; i < WORDS; i++)
    {
      vec4 x = abs (x_next[first + i]);

      largest = max (largest, max (max (x.x, x.y), max (x.z, x.w)));
      broken = broken || any (isnan (x)) || any (isinf (x));
    }
  factor = largest > 0.0 && !broken ? 127.0 / largest : 0.0;
  [[unroll]] for (uint i = 0; i < WORDS; i++)
    {
      ivec4 q = broken ? ivec4 (0) : ivec4 (roundEven (x_next[first + i] * factor));

      x_slabs[at + i * X_STRIDE] = word_of (q);
      sum += q.x + q.y + q.z + q.w;
    }
  largest = broken ? uintBitsToFloat (0x7fc00000u) : largest / 127.0;
  x_slabs[at + WORDS * X_STRIDE] = floatBitsToUint (largest);
  x_slabs[at + (WORDS + 1) * X_STRIDE] = floatBitsToUint (largest * float (sum));
}

/* Numbers k ... k + 3 of an eight's words, as signed bytes. */
uint weights_of (uvec4 words, uint k)
{
  int middle = quant_minima ? 0 : 1 << (quant_bits - 1);
  ivec4 q;

  [[unroll]] for (uint i = 0; i < 4; i++)
    q[i] = int (quant_number (k + i, quant_bits == 8 && k % 8 >= 4 ? words.y : words.x, words.y)) - middle;
  return word_of (q);
}

void put (uint place)
{
  [[unroll]] for (uint f = 0; f < X_FETCHES; f++)
    {
      uint row = gl_LocalInvocationIndex + f * INVOCATIONS;

      if (row < ROWS)
        put_row (place * X_SLAB + row, f * WORDS);
    }
  [[unroll]] for (uint f = 0; f < W_FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;
      uint column = i % COLUMNS, eight = i / COLUMNS;
      /* Two pairs make a four, which is one invocation's. */
      uint own = is_gated () ? column / 16 * 16 + column % 8 / 2 * 4 + column / 8 % 2 * 2 + column % 2
                             : column;
      uint at = place * W_SLAB + own;

      if (eight >= DEPTH / 8)
        continue;
      w_slabs[at + 2 * eight * W_STRIDE] = weights_of (w_next[f], 8 * eight);
      w_slabs[at + (2 * eight + 1) * W_STRIDE] = weights_of (w_next[f], 8 * eight + 4);
      if (eight == 0)
        {
          w_slabs[at + WORDS * W_STRIDE] = w_next[f].z;
          w_slabs[at + (WORDS + 1) * W_STRIDE] = w_next[f].w;
        }
    }
}

void multiply (uint x_at, uint w_at, inout float sums[PART_ROWS * PART_COLUMNS])
{
  int products[PART_ROWS * PART_COLUMNS];

  [[unroll]] for (uint i = 0; i < PART_ROWS * PART_COLUMNS; i++)
    products[i] = 0;
  [[unroll]] for (uint k = 0; k < WORDS; k++)
    {
      uint w[PART_COLUMNS];

      [[unroll]] for (uint c = 0; c < PART_COLUMNS; c++)
        w[c] = w_slabs[w_at + k * W_STRIDE + c];
      [[unroll]] for (uint r = 0; r < PART_ROWS; r++)
        [[unroll]] for (uint c = 0; c < PART_COLUMNS; c++)
          products[r * PART_COLUMNS + c] += dot_of_bytes (x_slabs[x_at + k * X_STRIDE + r], w[c], 0);
    }
  [[unroll]] for (uint c = 0; c < PART_COLUMNS; c++)
    {
      float scale = uintBitsToFloat (w_slabs[w_at + WORDS * W_STRIDE + c]);
      float minimum = uintBitsToFloat (w_slabs[w_at + (WORDS + 1) * W_STRIDE + c]);

      [[unroll]] for (uint r = 0; r < PART_ROWS; r++)
        {
          uint at = x_at + WORDS * X_STRIDE + r, i = r * PART_COLUMNS + c;

          sums[i] = fma (uintBitsToFloat (x_slabs[at]) * scale, float (products[i]), sums[i]);
          if (quant_minima)
            sums[i] = fma (uintBitsToFloat (x_slabs[at + X_STRIDE]), minimum, sums[i]);
        }
    }
}

void main ()
{
  uint row_block, column_block;
  uint id = gl_LocalInvocationIndex;
  uint row = id / ACROSS * PART_ROWS, column = id % ACROSS * PART_COLUMNS; /* of this part */
  uint n_slabs = p.channels / DEPTH;
  Cursor cursor = Cursor (0, 0, 0);
  float sums[PART_ROWS * PART_COLUMNS]; /* [row][column] */

  if (!find_block (row_block, column_block))
    return;

  [[unroll]] for (uint f = 0; f < X_FETCHES; f++)
    rows[f] = find_row (row_block * ROWS + id + f * INVOCATIONS);
  [[unroll]] for (uint i = 0; i < PART_ROWS * PART_COLUMNS; i++)
    sums[i] = 0.0;
  fetch_x (cursor);
  fetch_blocks (column_block, 0, p.channels);
  put (0);
  barrier ();

  for (uint slab = 0; slab < n_slabs; slab++)
    {
      bool more = slab + 1 < n_slabs;
      uint place = slab & 1;

      if (more)
        {
          cursor.part++;
          fetch_x (cursor);
          fetch_blocks (column_block, slab + 1, p.channels);
        }
      multiply (place * X_SLAB + row, place * W_SLAB + column, sums);
      if (more)
        put (1 - place);
      barrier ();
    }

  uint n = column_block * COLUMNS + column;
  vec4 bias = own_bias (n);

  [[unroll]] for (uint r = 0; r < PART_ROWS; r++)
    finish_own (row_block * ROWS + row + r, n,
                bias + vec4 (sums[r * 4], sums[r * 4 + 1], sums[r * 4 + 2], sums[r * 4 + 3]));
}
