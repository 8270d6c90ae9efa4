/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* The mean of each square of 2 x 2 pixels, of those that there are at odd edges. */
#extension GL_GOOGLE_include_directive : require
#include "average-pool.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsAveragePoolPush p; };

void main ()
{
  uint i = line_group () * 64 + gl_LocalInvocationID.x;

  if (i >= p.elements)
    return;

  uint c = i % p.channels;
  uint pixel = i / p.channels;
  uint column = pixel % p.width * 2;
  uint row = pixel / p.width % p.height * 2;
  uint n = pixel / (p.width * p.height);
  uint rows = min (2, p.x_height - row), columns = min (2, p.x_width - column);
  float sum = 0;

  for (uint y = 0; y < rows; y++)
    for (uint x = 0; x < columns; x++)
      sum += load (p.x, ((n * p.x_height + row + y) * p.x_width + column + x) * p.channels + c);
  store (p.y, i, sum / float (rows * columns));
}
