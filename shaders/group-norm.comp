/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y = (x - mean) * rstd * weight + bias with the moments of x's group, and SiLU where asked for. */
#extension GL_GOOGLE_include_directive : require
#include "group-norm.h"
#include "include/memory.glsl"
#include "include/activation.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsGroupNormPush p; };

void main ()
{
  uint first = (line_group () * 64 + gl_LocalInvocationID.x) * 4;
  uint elements = p.samples * p.pixels * p.channels;
  uint width = p.channels / p.groups;

  for (uint i = first; i < min (first + 4, elements); i++)
    {
      uint c = i % p.channels;
      uint n = i / (p.pixels * p.channels);
      vec2 moments = Float2s (p.moments).at[n * p.groups + c / width];
      float y = (load (p.x, i) - moments.x) * moments.y * Floats (p.weight).at[c]
                + Floats (p.bias).at[c];

      store (p.y, i, p.silu != 0 ? silu (y) : y);
    }
}
