/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* da = factor weight (a - b) dy, dy being one number. */
#extension GL_GOOGLE_include_directive : require
#include "mse.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsMsePush p; };

void main ()
{
  uint first = (line_group () * 64 + gl_LocalInvocationID.x) * 4;

  for (uint i = first; i < min (first + 4, p.elements); i++)
    {
      float weight = p.weights != 0 ? Floats (p.weights).at[i / p.sample_elements] : 1.0;

      store (p.da, i, p.factor * (load (p.a, i) - load (p.b, i)) * weight * Floats (p.y).at[0]);
    }
}
