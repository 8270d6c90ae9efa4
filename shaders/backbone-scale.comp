/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * The first half of the channels times 1 + (factor - 1) m, where m is the pixel's mean, stretched to
 * 0..1 within its sample. Each workgroup looks for the least and the largest mean by itself: one float
 * a pixel beside all channels of the pixels that it takes.
 */
#extension GL_GOOGLE_include_directive : require
#include "backbone-scale.h"
#include "include/words.glsl"

#define LANES GS_BACKBONE_SCALE_LANES

layout(local_size_x = LANES) in;
layout(push_constant) uniform Push { GsBackboneScalePush p; };

shared vec2 parts[LANES]; /* the least, the largest */

void main ()
{
  uint id = gl_LocalInvocationID.x;
  uint blocks = (p.pixels + p.block_pixels - 1) / p.block_pixels;
  uint n = line_group () / blocks;
  uint begin = (line_group () - n * blocks) * p.block_pixels;
  uint count = min (p.block_pixels, p.pixels - begin);
  uint fours = p.channels / 4;
  uint64_t means = p.means + uint64_t (n) * p.pixels * 4;
  uint64_t first = (uint64_t (n) * p.pixels + begin) * (fours * ELEMENT4_BYTES);
  float range;

  if (n >= p.samples)
    return;
  parts[id] = vec2 (Floats (means).at[0]);
  for (uint i = id; i < p.pixels; i += LANES)
    {
      float mean = Floats (means + uint64_t (i) * 4).at[0];

      parts[id] = vec2 (min (parts[id].x, mean), max (parts[id].y, mean));
    }
  for (uint half_of = LANES / 2; half_of > 0; half_of /= 2)
    {
      barrier ();
      if (id < half_of)
        parts[id] = vec2 (min (parts[id].x, parts[id + half_of].x),
                          max (parts[id].y, parts[id + half_of].y));
    }
  barrier ();
  range = parts[0].y - parts[0].x;
  for (uint i = id; i < count * fours; i += LANES)
    {
      uint64_t at = first + uint64_t (i) * ELEMENT4_BYTES;
      float mean = Floats (means + uint64_t (begin + i / fours) * 4).at[0];
      float share = range > 0.0 ? (mean - parts[0].x) / range : 0.0;
      float factor = i % fours < fours / 2 ? 1.0 + (p.factor - 1.0) * share : 1.0;

      store_four (p.y + at, load_four (p.x + at) * factor);
    }
}
