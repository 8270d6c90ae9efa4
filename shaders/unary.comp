/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y = f (x), element by element, four at a time. */
#extension GL_GOOGLE_include_directive : require
#include "unary.h"
#include "include/memory.glsl"
#include "include/activation.glsl"

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint FUNCTION = 0;
layout(push_constant) uniform Push { GsUnaryPush p; };

float apply (float x)
{
  switch (FUNCTION)
    {
    case GS_UNARY_SILU:
      return silu (x);
    case GS_UNARY_GELU:
      return gelu (x);
    case GS_UNARY_QUICK_GELU:
      return quick_gelu (x);
    case GS_UNARY_RELU:
      return max (x, 0.0);
    case GS_UNARY_LEAKY_RELU:
      return x > 0.0 ? x : p.limit * x;
    case GS_UNARY_SCALE:
      return p.limit * x;
    default:
      return p.limit * tanh (x / p.limit);
    }
}

void main ()
{
  uint quad = line_group () * 64 + gl_LocalInvocationID.x;
  uint first = quad * 4;

  if (first + 4 <= p.elements)
    {
      vec4 x = load4 (p.x, quad);
      store4 (p.y, quad, vec4 (apply (x.x), apply (x.y), apply (x.z), apply (x.w)));
    }
  else
    for (uint i = first; i < p.elements; i++)
      store (p.y, i, apply (load (p.x, i)));
}
