/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* With n = (x - mean) r, r = 1 / sqrt (var + epsilon) over a group and d = dy weight:
 *   dx = r (d - mean (d) - n mean (d n)).
 * A workgroup per sample and group. */
#extension GL_GOOGLE_include_directive : require
#include "norm-gradient.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint MODE = 0;
layout(push_constant) uniform Push { GsNormGradientPush p; };

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
  uint sample_index = line_group () / p.groups;
  uint lane = gl_LocalInvocationID.x;
  uint width = p.channels / p.groups;
  uint n = p.pixels * width;
  uint first = sample_index * p.pixels * p.channels + line_group () % p.groups * width;
  uint channel = line_group () % p.groups * width;
  float sum = 0.0, squares = 0.0, d_sum = 0.0, dn_sum = 0.0, mean, r;

  if (sample_index >= p.samples) /* the whole workgroup, so barriers stay uniform */
    return;
  for (uint i = lane; i < n; i += 64)
    sum += load (p.x, first + i / width * p.channels + i % width);
  mean = sum_over_group (sum) / float (n);
  for (uint i = lane; i < n; i += 64)
    {
      float d = load (p.x, first + i / width * p.channels + i % width) - mean;

      squares += d * d;
    }
  r = inversesqrt (sum_over_group (squares) / float (n) + p.epsilon);
  if (MODE == GS_NORM_GRADIENT_X)
    {
      for (uint i = lane; i < n; i += 64)
        {
          uint at = first + i / width * p.channels + i % width;
          float d = load (p.dy, at) * Floats (p.weight).at[channel + i % width];

          d_sum += d;
          dn_sum += d * (load (p.x, at) - mean) * r;
        }
      d_sum = sum_over_group (d_sum) / float (n);
      dn_sum = sum_over_group (dn_sum) / float (n);
    }
  for (uint i = lane; i < n; i += 64)
    {
      uint at = first + i / width * p.channels + i % width;
      float dy = load (p.dy, at);
      float normalized = (load (p.x, at) - mean) * r;

      if (MODE == GS_NORM_GRADIENT_SCALED)
        store (p.y, at, dy * normalized);
      else
        store (p.y, at, r * (dy * Floats (p.weight).at[channel + i % width] - d_sum
                             - normalized * dn_sum));
    }
}
