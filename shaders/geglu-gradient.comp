/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y = a gelu (b), x = [a | b] along the channels: dx = [dy gelu (b) | dy a gelu' (b)]. */
#extension GL_GOOGLE_include_directive : require
#include "geglu-gradient.h"
#include "include/memory.glsl"
#include "include/slope.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsGegluGradientPush p; };

void main ()
{
  uint first = (line_group () * 64 + gl_LocalInvocationID.x) * 4;

  for (uint i = first; i < min (first + 4, p.elements); i++)
    {
      uint at = i + i / p.channels * p.channels;
      float dy = load (p.dy, i);
      float a = load (p.x, at);
      float b = load (p.x, at + p.channels);

      store (p.dx, at, dy * gelu (b));
      store (p.dx, at + p.channels, dy * a * gelu_slope (b));
    }
}
