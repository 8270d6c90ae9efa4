/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y = (x - mean) * scale + bias with each channel's numbers, and SiLU where asked for. A workgroup's
 * fours lie 64 apart, so the channel moves on by addition: divisions are dear on CPU drivers. */
#extension GL_GOOGLE_include_directive : require
#include "group-norm.h"
#include "include/words.glsl"
#include "include/activation.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsGroupNormPush p; };

vec4 silu4 (vec4 x) { return x / (1.0 + exp (-x)); }

void main ()
{
  uint fours = p.channels / 4;
  uint sample_fours = p.pixels * fours;
  uint sample_groups = (sample_fours + 64 * GS_GROUP_NORM_ROUNDS - 1) / (64 * GS_GROUP_NORM_ROUNDS);
  uint n = line_group () / sample_groups;
  uint i = line_group () % sample_groups * 64 * GS_GROUP_NORM_ROUNDS + gl_LocalInvocationID.x;
  uint four = i % fours;
  uint step = 64 % fours;
  uint64_t offset = uint64_t (n) * sample_fours * ELEMENT4_BYTES;

  if (n >= p.samples)
    return;
  for (uint round = 0; round < GS_GROUP_NORM_ROUNDS; round++)
    {
      if (i < sample_fours)
        {
          uint at = (n * fours + four) * 16;
          vec4 y = (load_four (p.x + offset + i * ELEMENT4_BYTES) - load_floats (p.mean + at))
                     * load_floats (p.scale + at)
                   + load_floats (p.bias + four * 16);

          store_four (p.y + offset + i * ELEMENT4_BYTES, p.silu != 0 ? silu4 (y) : y);
        }
      i += 64;
      four += step;
      four -= four >= fours ? fours : 0;
    }
}
