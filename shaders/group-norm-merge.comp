/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* Merges the partial moments of a group (Chan, Golub and LeVeque, "Updating formulae and a pairwise
 * algorithm for computing sample variances"), one invocation per sample and group. */
#extension GL_GOOGLE_include_directive : require
#include "group-norm.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsGroupNormPush p; };

float slice_count (uint slice)
{
  return float (min (p.slice_pixels, p.pixels - slice * p.slice_pixels));
}

void main ()
{
  uint i = gl_WorkGroupID.x * 64 + gl_LocalInvocationID.x;
  uint n = i / p.groups;
  uint width = p.channels / p.groups;
  uint first = i % p.groups * width;
  float total = float (p.pixels) * float (width);
  float mean = 0.0, squares = 0.0, rstd;

  if (n >= p.samples)
    return;
  for (uint s = 0; s < p.slices; s++)
    {
      float sum = 0.0;

      for (uint c = first; c < first + width; c++)
        sum += Floats (p.means).at[(n * p.slices + s) * p.channels + c];
      mean += sum * slice_count (s) / total;
    }
  for (uint s = 0; s < p.slices; s++)
    for (uint c = first; c < first + width; c++)
      {
        uint at = (n * p.slices + s) * p.channels + c;
        float d = Floats (p.means).at[at] - mean;

        squares += Floats (p.squares).at[at] + slice_count (s) * d * d;
      }
  rstd = inversesqrt (squares / total + p.epsilon);
  for (uint c = first; c < first + width; c++)
    {
      Floats (p.mean).at[n * p.channels + c] = mean;
      Floats (p.scale).at[n * p.channels + c] = rstd * Floats (p.weight).at[c];
    }
}
