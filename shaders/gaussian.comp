/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y = mean + exp (v / 2) noise, and the gradients of it, and of the divergence
 * factor sum (mean^2 + exp (v) - 1 - v) / 2, with respect to mean and v. */
#extension GL_GOOGLE_include_directive : require
#include "gaussian.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint MODE = 0;
layout(push_constant) uniform Push { GsGaussianPush p; };

void main ()
{
  uint i = line_group () * 64 + gl_LocalInvocationID.x;
  uint of_mean = i / p.channels * 2 * p.channels + i % p.channels;
  uint of_variance = of_mean + p.channels;
  float v, inside, mean;

  if (i >= p.elements)
    return;
  mean = load (p.moments, of_mean);
  v = load (p.moments, of_variance);
  inside = v > GS_GAUSSIAN_LOWEST && v < GS_GAUSSIAN_HIGHEST ? 0.5 : 0.0;
  v = clamp (v, GS_GAUSSIAN_LOWEST, GS_GAUSSIAN_HIGHEST);
  if (MODE == GS_GAUSSIAN_SAMPLE)
    store (p.y, i, mean + exp (0.5 * v) * load (p.noise, i));
  else if (MODE == GS_GAUSSIAN_GRADIENT)
    {
      float dy = load (p.dy, i);

      store (p.y, of_mean, dy);
      store (p.y, of_variance, inside * exp (0.5 * v) * load (p.noise, i) * dy);
    }
  else
    {
      float dy = p.factor * Floats (p.dy).at[0];

      store (p.y, of_mean, mean * dy);
      store (p.y, of_variance, inside * (exp (v) - 1.0) * dy);
    }
}
