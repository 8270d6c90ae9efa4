/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y = a gelu (b), x = [a | b] along the channels (Shazeer, "GLU variants improve transformer"). */
#extension GL_GOOGLE_include_directive : require
#include "geglu.h"
#include "include/memory.glsl"
#include "include/activation.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsGegluPush p; };

void main ()
{
  uint first = (line_group () * 64 + gl_LocalInvocationID.x) * 4;

  for (uint i = first; i < min (first + 4, p.elements); i++)
    {
      uint pixel = i / p.channels;
      uint a = i + pixel * p.channels;

      store (p.y, i, load (p.x, a) * gelu (load (p.x, a + p.channels)));
    }
}
