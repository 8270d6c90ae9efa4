/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* Mean and sum of squared deviations of four channels over one slice of pixels. Two sweeps, the second
 * from cache: sums of squares would cancel where the mean is large. */
#extension GL_GOOGLE_include_directive : require
#include "group-norm.h"
#include "include/words.glsl"

layout(local_size_x = GS_GROUP_NORM_LANES) in;
layout(push_constant) uniform Push { GsGroupNormPush p; };

void main ()
{
  uint id = line_group () * GS_GROUP_NORM_LANES + gl_LocalInvocationID.x;
  uint fours = p.channels / 4;
  uint c = id % fours * 4;
  uint slice = id / fours % p.slices;
  uint n = id / fours / p.slices;
  uint begin = slice * p.slice_pixels;
  uint count = min (p.slice_pixels, p.pixels - begin);
  bool second = c >= p.x_channels;
  uint row_bytes = (second ? p.channels - p.x_channels : p.x_channels) * (ELEMENT4_BYTES / 4);
  uint64_t first = (second ? p.x2 : p.x) + (uint64_t (n) * p.pixels + begin) * row_bytes
                   + (second ? c - p.x_channels : c) * (ELEMENT4_BYTES / 4);
  uint64_t x = first;
  vec4 sum = vec4 (0.0), squares = vec4 (0.0), mean;
  uint at = ((n * p.slices + slice) * p.channels + c) * 8;

  if (n >= p.samples)
    return;
  for (uint i = 0; i < count; i++, x += row_bytes)
    sum += load_four (x);
  mean = sum / float (count);
  x = first;
  for (uint i = 0; i < count; i++, x += row_bytes)
    {
      vec4 d = load_four (x) - mean;
      squares += d * d;
    }
  store_floats (p.moments + at, vec4 (mean.x, squares.x, mean.y, squares.y));
  store_floats (p.moments + at + 16, vec4 (mean.z, squares.z, mean.w, squares.w));
}
