/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* Each pixel's mean over its channels. */
#extension GL_GOOGLE_include_directive : require
#include "backbone-scale.h"
#include "include/words.glsl"

layout(local_size_x = GS_BACKBONE_SCALE_LANES) in;
layout(push_constant) uniform Push { GsBackboneScalePush p; };

void main ()
{
  uint pixel = line_group () * GS_BACKBONE_SCALE_LANES + gl_LocalInvocationID.x;
  uint64_t x = p.x + uint64_t (pixel) * (p.channels / 4 * ELEMENT4_BYTES);
  vec4 sum = vec4 (0.0);

  if (pixel >= p.samples * p.pixels)
    return;
  for (uint i = 0; i < p.channels / 4; i++, x += ELEMENT4_BYTES)
    sum += load_four (x);
  Floats (p.means + uint64_t (pixel) * 4).at[0]
    = (sum.x + sum.y + sum.z + sum.w) / float (p.channels);
}
