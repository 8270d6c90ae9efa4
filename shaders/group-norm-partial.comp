/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* Mean and sum of squared deviations of one channel over one slice of pixels. Two sweeps, the second
 * from cache: sums of squares would cancel where the mean is large. */
#extension GL_GOOGLE_include_directive : require
#include "group-norm.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsGroupNormPush p; };

void main ()
{
  uint c = gl_WorkGroupID.x * 64 + gl_LocalInvocationID.x;
  uint slice = gl_WorkGroupID.y;
  uint n = gl_WorkGroupID.z;
  uint begin = slice * p.slice_pixels;
  uint end = min (begin + p.slice_pixels, p.pixels);
  gs_address x = p.x + uint64_t (n) * p.pixels * p.channels * (ELEMENT4_BYTES / 4);
  float sum = 0.0, squares = 0.0, mean;

  if (c >= p.channels)
    return;
  for (uint i = begin; i < end; i++)
    sum += load (x, i * p.channels + c);
  mean = sum / float (end - begin);
  for (uint i = begin; i < end; i++)
    {
      float d = load (x, i * p.channels + c) - mean;
      squares += d * d;
    }
  Float2s (p.partial).at[(n * p.slices + slice) * p.channels + c] = vec2 (mean, squares);
}
