/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* Sums over samples where y has one, over pixels where y has one. Each invocation makes one
 * element of y; sums of sums keep rounding small. */
#extension GL_GOOGLE_include_directive : require
#include "sum.h"
#include "include/memory.glsl"

#define RUN 64

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsSumPush p; };

void main ()
{
  uint i = line_group () * 64 + gl_LocalInvocationID.x;
  uint c = i % p.channels;
  uint pixel = i / p.channels % p.pixels;
  uint n = i / p.channels / p.pixels;
  uint first_pixel = p.pixels == 1 ? 0 : pixel;
  uint n_pixels = p.pixels == 1 ? p.x_pixels : 1;
  uint first_n = p.samples == 1 ? 0 : n;
  uint n_samples = p.samples == 1 ? p.x_samples : 1;
  float sum = 0.0;

  if (n >= p.samples)
    return;
  for (uint s = 0; s < n_samples; s++)
    for (uint k = 0; k < n_pixels; k += RUN)
      {
        float part = 0.0;

        for (uint j = k; j < min (k + RUN, n_pixels); j++)
          part += load (p.x, ((first_n + s) * p.x_pixels + first_pixel + j) * p.channels + c);
        sum += part;
      }
  store (p.y, i, sum);
}
