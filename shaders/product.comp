/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y[i][j] = scale sum_k a[i a_row + k a_step] b[j b_row + k b_step]; sums of sums keep rounding
 * small. */
#extension GL_GOOGLE_include_directive : require
#include "product.h"
#include "include/memory.glsl"

#define RUN 64

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsProductPush p; };

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
        part += load (p.a, a + k * p.a_step) * load (p.b, b + k * p.b_step);
      sum += part;
    }
  store (p.y, index, sum * p.scale);
}
