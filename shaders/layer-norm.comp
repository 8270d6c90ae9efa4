/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y = (x - mean) / sqrt (var + epsilon) * weight + bias over the channels; a workgroup per token. */
#extension GL_GOOGLE_include_directive : require
#include "layer-norm.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsLayerNormPush p; };

shared float partial[64];

float sum_over_group (float value)
{
  uint lane = gl_LocalInvocationID.x;

  barrier ();
  partial[lane] = value;
  for (uint half_size = 32; half_size > 0; half_size /= 2)
    {
      barrier ();
      if (lane < half_size)
        partial[lane] += partial[lane + half_size];
    }
  barrier ();
  return partial[0];
}

void main ()
{
  uint token = line_group ();
  uint lane = gl_LocalInvocationID.x;
  uint first = token * p.channels;
  float sum = 0.0, squares = 0.0, mean, rstd;

  if (token >= p.tokens) /* the whole workgroup, so barriers stay uniform */
    return;
  for (uint c = lane; c < p.channels; c += 64)
    sum += load (p.x, first + c);
  mean = sum_over_group (sum) / float (p.channels);
  for (uint c = lane; c < p.channels; c += 64)
    {
      float d = load (p.x, first + c) - mean;
      squares += d * d;
    }
  rstd = inversesqrt (sum_over_group (squares) / float (p.channels) + p.epsilon);
  for (uint c = lane; c < p.channels; c += 64)
    store (p.y, first + c,
           (load (p.x, first + c) - mean) * rstd * Floats (p.weight).at[c] + Floats (p.bias).at[c]);
}
