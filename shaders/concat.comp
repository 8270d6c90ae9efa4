/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y = [a | b | 0] along the channels. */
#extension GL_GOOGLE_include_directive : require
#include "concat.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsConcatPush p; };

void main ()
{
  uint first = (line_group () * 64 + gl_LocalInvocationID.x) * 4;

  for (uint i = first; i < min (first + 4, p.elements); i++)
    {
      uint pixel = i / p.channels;
      uint c = i % p.channels;
      float value = 0.0;

      if (c < p.a_channels)
        value = load (p.a, pixel * p.a_channels + c);
      else if (c < p.a_channels + p.b_channels)
        value = load (p.b, pixel * p.b_channels + c - p.a_channels);
      store (p.y, i, value);
    }
}
