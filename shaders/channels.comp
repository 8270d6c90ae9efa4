/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y[pixel][c] = x[pixel][c + first], and 0 where x has no such channel. */
#extension GL_GOOGLE_include_directive : require
#include "channels.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsChannelsPush p; };

void main ()
{
  uint first = (line_group () * 64 + gl_LocalInvocationID.x) * 4;

  for (uint i = first; i < min (first + 4, p.elements); i++)
    {
      uint c = i % p.channels + p.first; /* wraps round to a large number below channel 0 */
      float value = 0.0;

      if (c < p.x_channels)
        value = load (p.x, i / p.channels * p.x_channels + c);
      store (p.y, i, value);
    }
}
