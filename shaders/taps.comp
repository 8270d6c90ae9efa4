/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y[n][i][j][r] = sum_t x[n][i stride + t / k - pad][j stride + t % k - pad][r k k + t], or the gradient
 * with respect to x: each element of it was added to one of y at most. */
#extension GL_GOOGLE_include_directive : require
#include "taps.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint MODE = 0;
layout(push_constant) uniform Push { GsTapsPush p; };

float sum_taps (uint index)
{
  uint r = index % p.channels;
  uint pixel = index / p.channels;
  uint j = pixel % p.y_width, i = pixel / p.y_width % p.y_height;
  uint n = pixel / (p.y_width * p.y_height);
  float sum = 0.0;

  for (uint ky = 0; ky < p.kernel; ky++)
    for (uint kx = 0; kx < p.kernel; kx++)
      {
        uint row = i * p.stride + ky - p.pad, column = j * p.stride + kx - p.pad;
        uint taps = p.kernel * p.kernel;

        if (row < p.height && column < p.width) /* negative ones are large */
          sum += load (p.from, ((n * p.height + row) * p.width + column) * p.channels * taps
                                 + r * taps + ky * p.kernel + kx);
      }
  return sum;
}

float gradient (uint index)
{
  uint taps = p.kernel * p.kernel;
  uint t = index % taps, r = index / taps % p.channels;
  uint pixel = index / (taps * p.channels);
  uint row = pixel / p.width % p.height + p.pad - t / p.kernel;
  uint column = pixel % p.width + p.pad - t % p.kernel;
  uint n = pixel / (p.width * p.height);

  if (row % p.stride != 0 || column % p.stride != 0 || row / p.stride >= p.y_height
      || column / p.stride >= p.y_width)
    return 0.0;
  return load (p.from, ((n * p.y_height + row / p.stride) * p.y_width + column / p.stride)
                         * p.channels + r);
}

void main ()
{
  uint index = line_group () * 64 + gl_LocalInvocationID.x;

  if (index < p.elements)
    store (p.to, index, MODE == GS_TAPS_SUM ? sum_taps (index) : gradient (index));
}
