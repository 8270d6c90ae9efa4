/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y = factor sum (mean^2 + exp (v) - 1 - v) / 2: one workgroup, so that the order of additions is always
 * the same. */
#extension GL_GOOGLE_include_directive : require
#include "gaussian.h"
#include "include/memory.glsl"

layout(local_size_x = GS_GAUSSIAN_LANES) in;
layout(push_constant) uniform Push { GsGaussianPush p; };

shared float partial[GS_GAUSSIAN_LANES];

void main ()
{
  uint lane = gl_LocalInvocationID.x;
  float sum = 0.0;

  for (uint i = lane; i < p.elements; i += GS_GAUSSIAN_LANES)
    {
      uint at = i / p.channels * 2 * p.channels + i % p.channels;
      float mean = load (p.moments, at);
      float v = clamp (load (p.moments, at + p.channels), GS_GAUSSIAN_LOWEST, GS_GAUSSIAN_HIGHEST);

      sum += 0.5 * (mean * mean + exp (v) - 1.0 - v);
    }
  partial[lane] = sum;
  for (uint half_size = GS_GAUSSIAN_LANES / 2; half_size > 0; half_size /= 2)
    {
      barrier ();
      if (lane < half_size)
        partial[lane] += partial[lane + half_size];
    }
  if (lane == 0)
    Floats (p.y).at[0] = partial[0] * p.factor;
}
