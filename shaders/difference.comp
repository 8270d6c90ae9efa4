/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y = scale [x[i][j + 1] - x[i][j] | x[i + 1][j] - x[i][j]], zeros where there is no such pixel; or its
 * gradient: the sum of what each x was added to and taken from. */
#extension GL_GOOGLE_include_directive : require
#include "difference.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint MODE = 0;
layout(push_constant) uniform Push { GsDifferencePush p; };

/* Element k of a pixel of y. */
float load_y (uint pixel, uint k) { return load (p.from, pixel * 2 * p.channels + k); }

void main ()
{
  uint index = line_group () * 64 + gl_LocalInvocationID.x;
  uint c = index % p.channels, pixel = index / p.channels;
  uint column = pixel % p.width, row = pixel / p.width % p.height;
  bool last_column = column + 1 == p.width, last_row = row + 1 == p.height;

  if (index >= p.elements)
    return;
  if (MODE == GS_DIFFERENCE_OF)
    {
      float x = load (p.from, index), right = 0.0, below = 0.0;

      if (!last_column)
        right = load (p.from, index + p.channels) - x;
      if (!last_row)
        below = load (p.from, index + p.width * p.channels) - x;
      store (p.to, pixel * 2 * p.channels + c, right * p.scale);
      store (p.to, pixel * 2 * p.channels + p.channels + c, below * p.scale);
    }
  else
    {
      float sum = 0.0;

      if (column > 0)
        sum += load_y (pixel - 1, c);
      if (!last_column)
        sum -= load_y (pixel, c);
      if (row > 0)
        sum += load_y (pixel - p.width, p.channels + c);
      if (!last_row)
        sum -= load_y (pixel, p.channels + c);
      store (p.to, index, sum * p.scale);
    }
}
