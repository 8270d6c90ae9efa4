/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y[n][stride i][stride j] = x[n][i][j], zeros between. */
#extension GL_GOOGLE_include_directive : require
#include "dilate.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsDilatePush p; };

void main ()
{
  uint first = (line_group () * 64 + gl_LocalInvocationID.x) * 4;

  for (uint i = first; i < min (first + 4, p.elements); i++)
    {
      uint pixel = i / p.channels;
      uint column = pixel % p.width;
      uint row = pixel / p.width % p.height;
      uint n = pixel / (p.width * p.height);
      float value = 0.0;

      if (row % p.stride == 0 && column % p.stride == 0)
        value = load (p.x, ((n * p.x_height + row / p.stride) * p.x_width + column / p.stride)
                             * p.channels + i % p.channels);
      store (p.y, i, value);
    }
}
