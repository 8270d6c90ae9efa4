/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* dx[n][i][j] = the sum of dy over the pixels that upsample.comp copies x[n][i][j] to:
 * rows r with r * x_height / height == i, and so ceil (i * height / x_height) <= r. */
#extension GL_GOOGLE_include_directive : require
#include "upsample-gradient.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsUpsampleGradientPush p; };

uint first_copy (uint i, uint size, uint x_size) { return (i * size + x_size - 1) / x_size; }

void main ()
{
  uint i = line_group () * 64 + gl_LocalInvocationID.x;
  uint c = i % p.channels;
  uint pixel = i / p.channels;
  uint column = pixel % p.x_width;
  uint row = pixel / p.x_width % p.x_height;
  uint n = pixel / (p.x_width * p.x_height);
  float sum = 0.0;

  if (i >= p.elements)
    return;
  for (uint y = first_copy (row, p.height, p.x_height);
       y < first_copy (row + 1, p.height, p.x_height); y++)
    for (uint x = first_copy (column, p.width, p.x_width);
         x < first_copy (column + 1, p.width, p.x_width); x++)
      sum += load (p.dy, ((n * p.height + y) * p.width + x) * p.channels + c);
  store (p.dx, i, sum);
}
