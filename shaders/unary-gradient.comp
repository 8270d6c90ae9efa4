/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* dx = dy f' (x), element by element. */
#extension GL_GOOGLE_include_directive : require
#include "unary-gradient.h"
#include "include/memory.glsl"
#include "include/slope.glsl"

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint FUNCTION = 0;
layout(push_constant) uniform Push { GsUnaryGradientPush p; };

float slope (float x)
{
  float t;

  switch (FUNCTION)
    {
    case GS_UNARY_SILU:
      return sigmoid_slope (x, 1.0);
    case GS_UNARY_GELU:
      return gelu_slope (x);
    case GS_UNARY_QUICK_GELU:
      return sigmoid_slope (x, 1.702);
    case GS_UNARY_RELU:
      return x > 0.0 ? 1.0 : 0.0;
    case GS_UNARY_LEAKY_RELU:
      return x > 0.0 ? 1.0 : p.limit;
    case GS_UNARY_SCALE:
      return p.limit;
    default:
      t = tanh (x / p.limit);
      return 1.0 - t * t;
    }
}

void main ()
{
  uint first = (line_group () * 64 + gl_LocalInvocationID.x) * 4;

  for (uint i = first; i < min (first + 4, p.elements); i++)
    store (p.dx, i, load (p.dy, i) * slope (load (p.x, i)));
}
