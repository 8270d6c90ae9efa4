/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * matmul for new lavapipe (measured: Mesa 26.2), which keeps what is the same in all invocations of a
 * workgroup in scalar registers. A workgroup is one vector of invocations and makes ROWS rows of y
 * and two vectors of columns, so that its sums fit into registers: each x is read once by a uniform
 * load and broadcast into two multiply-adds, and weights are read as whole vectors (see
 * include/uniform.glsl). Rows outside of x read zeros: there is no branch in the loop. No shared
 * memory, no barriers (a barrier makes coroutines of the shader).
 */
#extension GL_GOOGLE_include_directive : require
#include "matmul.h"
#include "include/matmul-common.glsl"

layout(constant_id = GS_MATMUL_UNROLL) const uint UNROLL = 16; /* fours of k a turn */
layout(constant_id = GS_MATMUL_ROWS) const uint ROWS = 6;
layout(constant_id = GS_MATMUL_PLAIN) const bool PLAIN = false; /* rows of y are pixels of x */
layout(constant_id = GS_MATMUL_KERNEL) const uint KERNEL = 3; /* known: no loop over one tap */
layout(constant_id = GS_MATMUL_SOURCES) const uint SOURCES = 1; /* 2: x2 is there */
layout(local_size_x_id = GS_MATMUL_LANES) in;

#include "include/uniform.glsl"
#include "include/quant.glsl"

const uint WEIGHT_BYTES = weight_f16 ? 2 : 4;
const uint TAPS = KERNEL * KERNEL;
const uint GROUP_BYTES = TAPS * (QUANT_SCALES + QUANT_BITS);
#define MIDDLE float (1u << (quant_bits - 1))

/* The first column of vector v of a workgroup: of both of a pair, if pairs make one of y. */
uint vector_column (uint column_block, uint v)
{
  uint lanes = gl_WorkGroupSize.x;

  return is_gated () ? column_block * lanes + v * (p.columns / 2) : (column_block * 2 + v) * lanes;
}

/* Where weights of a k begin for vector v of this workgroup's columns. */
uint64_t weights_at (uint first_column, uint depth)
{
  return p.w + uint64_t (first_column / GS_MATMUL_PANEL * depth * GS_MATMUL_PANEL
                         + first_column % GS_MATMUL_PANEL) * WEIGHT_BYTES;
}

/* Where in memory vector v of columns begins, of groups of blocks. */
uint64_t groups_at (uint first_column)
{
  return p.w + uint64_t (first_column / GS_MATMUL_PANEL * (p.channels / 32)) * GROUP_BYTES
         + first_column % GS_MATMUL_PANEL * 4;
}

float scales[2], minima[2]; /* of the number at hand, by vector of columns */
uint low_bits[2], high_bits[2];

/* What is needed from k of a group on. All that depends on k is known to the compiler, but with more than
 * one tap not where the blocks end. (To load only where one may end was slower: what is loaded for each k is
 * an operand in memory and takes no register.) */
void load_block (uint v, uint64_t group, uint k, uint tap)
{
  if (TAPS > 1 || k % (32 / quant_scales) == 0)
    scales[v] = load_lane_float (group + quant_scale_at (k, tap, TAPS));
  if (quant_minima && (TAPS > 1 || k == 0))
    minima[v] = load_lane_float (group + quant_minimum_at (k, tap, TAPS));
  if (k % quant_word == 0)
    low_bits[v] = load_lane_uint (group + quant_low_at (k, tap, TAPS));
  if ((quant_bits == 5 && k == 0) || (quant_bits == 6 && k % 16 == 0))
    high_bits[v] = load_lane_uint (group + quant_high_at (k, tap, TAPS));
}

/* Bits k of a word where they are, scaled down, less the middle: product and sum are one instruction, a
 * shift and a difference two. All is exact. Not for the uppermost bits, which would be a sign. */
float number_in_place (uint k, uint low)
{
  uint shift = k % quant_word * quant_bits;

  return fma (float (int (low & ((1u << quant_bits) - 1) << shift)), 1.0 / float (1u << shift), -MIDDLE);
}

/* By as few instructions and registers as the kind of weights allows: the scale's product with a number is
 * exact, so that all ways give the same. With several taps scale and minimum are operands in memory, of one
 * instruction each. */
float block_weight (uint v, uint64_t group, uint k, uint tap)
{
  bool in_place = (quant_bits == 4 || quant_bits == 8) && k % quant_word + 1 < quant_word;
  float number;

  load_block (v, group, k, tap);
  if (!quant_minima && in_place)
    return scales[v] * number_in_place (k, low_bits[v]);
  number = float (int (quant_number (k, low_bits[v], high_bits[v])));
  if (!quant_minima)
    return scales[v] * (number - MIDDLE);
  return TAPS == 1 ? fma (scales[v], number, minima[v]) : scales[v] * number + minima[v];
}

float load_lane_weight (uint64_t address)
{
  return weight_f16 ? load_lane_half (address) : load_lane_float (address);
}

void main ()
{
  uint row_block, column_block;
  float sums[2 * ROWS]; /* [row][vector of columns] */
  int left[ROWS], top[ROWS]; /* of the first tap */
  uint image[ROWS];

  if (!find_block (row_block, column_block))
    return;

  uint depth = TAPS * p.channels;
  uint first_row = row_block * ROWS;
  uint line = first_row / p.y_width;
  uint column = first_row - line * p.y_width;
  uint picture = line / p.y_height;
  uint64_t w[2];

  line -= picture * p.y_height;
  [[unroll]] for (uint v = 0; v < 2; v++)
    {
      uint n = vector_column (column_block, v) + gl_SubgroupInvocationID;
      float bias = p.bias != 0 && n < p.columns ? Floats (p.bias).at[n] : 0.0;

      w[v] = quantised ? groups_at (vector_column (column_block, v))
                       : weights_at (vector_column (column_block, v), depth);
      [[unroll]] for (uint r = 0; r < ROWS; r++)
        sums[2 * r + v] = bias;
    }
  [[unroll]] for (uint r = 0; r < ROWS; r++)
    {
      image[r] = picture;
      left[r] = int (column * p.stride) - int (p.pad);
      top[r] = first_row + r < p.rows ? int (line * p.stride) - int (p.pad) : -0x10000;
      column++;
      line += column == p.y_width ? 1 : 0;
      column = column == p.y_width ? 0 : column;
      picture += line == p.y_height ? 1 : 0;
      line = line == p.y_height ? 0 : line;
    }

  [[dont_unroll]] for (uint turn = 0; turn < TAPS * SOURCES; turn++)
    {
      /* Without a condition an address stays in a scalar register. */
      uint tap = turn / SOURCES, source = turn % SOURCES;
      uint ky = tap / KERNEL, kx = tap - ky * KERNEL;
      uint n_fours = (SOURCES == 1 ? p.channels
                                   : p.x_channels + source * (p.channels - 2 * p.x_channels)) / 4;
      uint first_k = tap * p.channels + source * p.x_channels;
      uint64_t from = SOURCES == 1 ? p.x : p.x + source * (p.x2 - p.x);
      uint64_t places[ROWS];
      uint64_t w_offset = uint64_t (first_k) * (GS_MATMUL_PANEL * WEIGHT_BYTES);

      [[unroll]] for (uint r = 0; r < ROWS; r++)
        if (PLAIN)
          places[r] = from + uint64_t (min (first_row + r, p.rows - 1)) * (n_fours * ELEMENT4_BYTES);
        else
          {
            uint x = uint (left[r] + int (kx)), y = uint (top[r] + int (ky)); /* negative: large */
            bool inside = x < p.width && y < p.height;

            places[r] = inside ? from + uint64_t (pixel_at (image[r], x, y))
                                        * (n_fours * ELEMENT4_BYTES)
                               : p.zeros;
          }
      [[dont_unroll]] for (uint i = 0; i < n_fours; i += UNROLL)
        {
          uint64_t w_turn = w_offset + uint64_t (i) * (4 * GS_MATMUL_PANEL * WEIGHT_BYTES);
          uint64_t first_group = uint64_t ((source * p.x_channels + i * 4) / 32) * GROUP_BYTES;

          [[unroll]] for (uint u = 0; u < UNROLL; u++)
            {
              vec4 x[ROWS];

              [[unroll]] for (uint r = 0; r < ROWS; r++)
                x[r] = load_uniform (places[r] + uint64_t (i) * ELEMENT4_BYTES
                                     + u * ELEMENT4_BYTES);
              [[unroll]] for (uint k = 0; k < 4; k++)
                {
                  uint64_t offset = w_turn + (u * 4 + k) * (GS_MATMUL_PANEL * WEIGHT_BYTES);
                  uint64_t group = first_group + u / 8 * GROUP_BYTES;
                  float weights[2];

                  [[unroll]] for (uint v = 0; v < 2; v++)
                    weights[v] = quantised ? block_weight (v, w[v] + group, u % 8 * 4 + k, tap)
                                           : load_lane_weight (w[v] + offset);

                  /* Columns inside, so that a broadcast x is used up at once. */
                  [[unroll]] for (uint r = 0; r < ROWS; r++)
                    [[unroll]] for (uint v = 0; v < 2; v++)
                      sums[2 * r + v] = fma (x[r][k], weights[v], sums[2 * r + v]);
                }
            }
        }
    }
  [[unroll]] for (uint v = 0; v < 2; v++)
    {
      uint n = vector_column (column_block, v) + gl_SubgroupInvocationID;

      if (is_gated ())
        {
          [[unroll]] for (uint r = 0; r < ROWS; r++)
            if (v == 0 && first_row + r < p.rows)
              finish_pair (first_row + r, n, sums[2 * r], sums[2 * r + 1]);
        }
      else if (n < p.columns)
        [[unroll]] for (uint r = 0; r < ROWS; r++)
          if (first_row + r < p.rows)
            finish_one (first_row + r, n, sums[2 * r + v]);
    }
}
