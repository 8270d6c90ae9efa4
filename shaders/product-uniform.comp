/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * product for new lavapipe (see matmul-uniform.comp). A workgroup is one vector of invocations, each of
 * which makes ROWS rows of one column: a is read by uniform loads and broadcast into multiply-adds, b
 * as whole vectors where columns lie side by side in memory and are aligned, else one by one. Sums of
 * sums keep rounding small.
 */
#extension GL_GOOGLE_include_directive : require
#include "product.h"
#include "include/words.glsl"

#define ROWS GS_PRODUCT_UNIFORM_ROWS
#define RUN 64
#define A_TURN 4 /* steps of the depth */

layout(constant_id = GS_PRODUCT_FLOAT_A) const bool FLOAT_A = false;
layout(constant_id = GS_PRODUCT_FLOAT_B) const bool FLOAT_B = false;
layout(constant_id = GS_PRODUCT_FLOAT_Y) const bool FLOAT_Y = false;
layout(constant_id = GS_PRODUCT_VECTORS) const bool VECTORS = false; /* b_row is 1, b_step aligned */
layout(constant_id = GS_PRODUCT_STEP_ONE) const bool STEP_ONE = false; /* a_step is 1 */
layout(local_size_x_id = GS_PRODUCT_LANES) in;
layout(push_constant) uniform Push { GsProductPush p; };

#include "include/uniform.glsl"

#ifdef STORAGE_F16
const uint A_BYTES = FLOAT_A ? 4 : 2, B_BYTES = FLOAT_B ? 4 : 2;
#else
const uint A_BYTES = 4, B_BYTES = 4;
#endif

float load_a (uint64_t row, uint k)
{
  uint64_t at = row + uint64_t (STEP_ONE ? k : k * p.a_step) * A_BYTES;

  return A_BYTES == 4 ? Floats (at).at[0] : load_uniform_one (at, 0);
}

/* first: of this workgroup's columns; column: this invocation's. */
float load_b (uint first, uint column, uint k)
{
  if (VECTORS)
    {
      uint64_t at = p.b + uint64_t (first + k * p.b_step) * B_BYTES;

      return B_BYTES == 4 ? load_lane_float (at) : load_lane_half (at);
    }
  return B_BYTES == 4 ? Floats (p.b).at[column * p.b_row + k * p.b_step]
                      : load (p.b, column * p.b_row + k * p.b_step);
}

void main ()
{
  uint lanes = gl_WorkGroupSize.x;
  uint column_blocks = (p.columns + lanes - 1) / lanes;
  uint first_row = line_group () / column_blocks * ROWS;
  uint first = line_group () % column_blocks * lanes;
  uint column = min (first + gl_SubgroupInvocationID, p.columns - 1);
  uint64_t rows[ROWS];
  float sums[ROWS];

  if (first_row >= p.rows)
    return;
  [[unroll]] for (uint r = 0; r < ROWS; r++)
    {
      rows[r] = p.a + uint64_t (min (first_row + r, p.rows - 1)) * p.a_row * A_BYTES;
      sums[r] = 0.0;
    }
  [[dont_unroll]] for (uint begin = 0; begin < p.depth; begin += RUN)
    {
      uint end = min (begin + RUN, p.depth), k = begin;
      float run[ROWS];

      [[unroll]] for (uint r = 0; r < ROWS; r++)
        run[r] = 0.0;
      [[dont_unroll]] for (; k + A_TURN <= end; k += A_TURN)
        [[unroll]] for (uint i = 0; i < A_TURN; i++)
          {
            uint at = min (k + i, p.depth - 1); /* a loop without a turn still loads once */
            float b = load_b (first, column, at);

            [[unroll]] for (uint r = 0; r < ROWS; r++)
              run[r] = fma (load_a (rows[r], at), b, run[r]);
          }
      [[dont_unroll]] for (; k < end; k++)
        {
          uint at = min (k, p.depth - 1);
          float b = load_b (first, column, at);

          [[unroll]] for (uint r = 0; r < ROWS; r++)
            run[r] = fma (load_a (rows[r], at), b, run[r]);
        }
      [[unroll]] for (uint r = 0; r < ROWS; r++)
        sums[r] += run[r];
    }
  if (first + gl_SubgroupInvocationID < p.columns)
    [[unroll]] for (uint r = 0; r < ROWS; r++)
      if (first_row + r < p.rows)
        {
          uint index = (first_row + r) * p.columns + column;

          if (FLOAT_Y)
            Floats (p.y).at[index] = sums[r] * p.scale;
          else
            store (p.y, index, sums[r] * p.scale);
        }
}
