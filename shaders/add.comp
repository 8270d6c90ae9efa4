/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y = a + b, b repeated as add.h says. */
#extension GL_GOOGLE_include_directive : require
#include "add.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint MODE = 0;
layout(push_constant) uniform Push { GsAddPush p; };

uint other (uint i)
{
  switch (MODE)
    {
    case GS_ADD_PER_SAMPLE:
      return i / p.outer * p.channels + i % p.channels;
    case GS_ADD_REPEATED:
      return i % p.period;
    default:
      return i;
    }
}

void main ()
{
  uint quad = line_group () * 64 + gl_LocalInvocationID.x;
  uint first = quad * 4;

  if (MODE == GS_ADD_SAME && first + 4 <= p.elements)
    store4 (p.y, quad, load4 (p.a, quad) + load4 (p.b, quad));
  else
    for (uint i = first; i < min (first + 4, p.elements); i++)
      store (p.y, i, load (p.a, i) + load (p.b, other (i)));
}
