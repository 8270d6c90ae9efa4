/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* Nearest-neighbour enlargement: y[n][i][j] = x[n][i * x_height / height][j * x_width / width]. */
#extension GL_GOOGLE_include_directive : require
#include "upsample.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsUpsamplePush p; };

void main ()
{
  uint first = (line_group () * 64 + gl_LocalInvocationID.x) * 4;

  for (uint i = first; i < min (first + 4, p.elements); i++)
    {
      uint c = i % p.channels;
      uint pixel = i / p.channels;
      uint column = pixel % p.width;
      uint row = pixel / p.width % p.height;
      uint n = pixel / (p.width * p.height);
      uint from = (n * p.x_height + row * p.x_height / p.height) * p.x_width
                  + column * p.x_width / p.width;

      store (p.y, i, load (p.x, from * p.channels + c));
    }
}
