/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y[i][j] = scale sum_k a[i a_row + k a_step] b[j b_row + k b_step]; sums of sums keep rounding
 * small. */
#extension GL_GOOGLE_include_directive : require
#include "product.h"
#include "include/memory.glsl"

#define RUN 64

layout(local_size_x = 64) in;
layout(constant_id = GS_PRODUCT_FLOAT_A) const bool FLOAT_A = false;
layout(constant_id = GS_PRODUCT_FLOAT_B) const bool FLOAT_B = false;
layout(constant_id = GS_PRODUCT_FLOAT_Y) const bool FLOAT_Y = false;
layout(push_constant) uniform Push { GsProductPush p; };

float load_a (uint i) { return FLOAT_A ? Floats (p.a).at[i] : load (p.a, i); }
float load_b (uint i) { return FLOAT_B ? Floats (p.b).at[i] : load (p.b, i); }

void main ()
{
  uint index = line_group () * 64 + gl_LocalInvocationID.x;
  uint a = index / p.columns * p.a_row;
  uint b = index % p.columns * p.b_row;
  float sum = 0.0;

  if (index >= p.rows * p.columns)
    return;
  for (uint begin = 0; begin < p.depth; begin += RUN)
    {
      float part = 0.0;

      for (uint k = begin; k < min (begin + RUN, p.depth); k++)
        part += load_a (a + k * p.a_step) * load_b (b + k * p.b_step);
      sum += part;
    }
  if (FLOAT_Y)
    Floats (p.y).at[index] = sum * p.scale;
  else
    store (p.y, index, sum * p.scale);
}
