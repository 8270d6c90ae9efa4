/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y = the mean of weight (a - b)^2: one workgroup, so that the order of additions is always the same. */
#extension GL_GOOGLE_include_directive : require
#include "mse.h"
#include "include/memory.glsl"

layout(local_size_x = GS_MSE_LANES) in;
layout(push_constant) uniform Push { GsMsePush p; };

shared float partial[GS_MSE_LANES];

void main ()
{
  uint lane = gl_LocalInvocationID.x;
  float sum = 0.0;

  for (uint i = lane; i < p.elements; i += GS_MSE_LANES)
    {
      float d = load (p.a, i) - load (p.b, i);

      sum += p.weights != 0 ? Floats (p.weights).at[i / p.sample_elements] * d * d : d * d;
    }
  partial[lane] = sum;
  for (uint half_size = GS_MSE_LANES / 2; half_size > 0; half_size /= 2)
    {
      barrier ();
      if (lane < half_size)
        partial[lane] += partial[lane + half_size];
    }
  if (lane == 0)
    Floats (p.y).at[0] = partial[0] * p.factor;
}
