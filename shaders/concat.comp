/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y = [a | b | 0] along the channels. */
#extension GL_GOOGLE_include_directive : require
#include "concat.h"
#include "include/words.glsl"

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint FOURS = 0; /* all channel counts are multiples of 4 */
layout(push_constant) uniform Push { GsConcatPush p; };

void copy_four (uint first)
{
  uint pixel = first / p.channels;
  uint c = first % p.channels;
  bool from_a = c < p.a_channels;
  uint at = from_a ? pixel * p.a_channels + c : pixel * p.b_channels + c - p.a_channels;

  store_four (p.y + uint64_t (first) * (ELEMENT4_BYTES / 4),
              load_four ((from_a ? p.a : p.b) + uint64_t (at) * (ELEMENT4_BYTES / 4)));
}

void copy_one (uint i)
{
  uint pixel = i / p.channels;
  uint c = i % p.channels;
  float value = 0.0;

  if (c < p.a_channels)
    value = load (p.a, pixel * p.a_channels + c);
  else if (c < p.a_channels + p.b_channels)
    value = load (p.b, pixel * p.b_channels + c - p.a_channels);
  store (p.y, i, value);
}

void main ()
{
  uint first = (line_group () * 64 + gl_LocalInvocationID.x) * 4;

  if (FOURS == 0)
    for (uint i = first; i < min (first + 4, p.elements); i++)
      copy_one (i);
  else if (first < p.elements)
    copy_four (first);
}
