/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y = x, and weight[c] x where x < 0. */
#extension GL_GOOGLE_include_directive : require
#include "prelu.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsPreluPush p; };

void main ()
{
  uint first = (line_group () * 64 + gl_LocalInvocationID.x) * 4;

  for (uint i = first; i < min (first + 4, p.elements); i++)
    {
      float x = load (p.x, i);

      store (p.y, i, x > 0.0 ? x : Floats (p.weight).at[i % p.channels] * x);
    }
}
