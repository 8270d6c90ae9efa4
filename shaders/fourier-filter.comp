/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * y = x + gain * (the part of x in the lowest frequencies, times the number of pixels). These are 0 and
 * -1 along each axis; with t = 2 pi row / height, u = 2 pi column / width, the real part of frequency
 * (-1, -1)'s is
 *   cos (t + u) sum (x cos (t + u)) + sin (t + u) sum (x sin (t + u))
 * and so on for the others. An axis of one pixel has frequency 0 alone.
 *
 * A workgroup takes all pixels of a sample in a few channels: once for the sums, once to add.
 */
#extension GL_GOOGLE_include_directive : require
#include "fourier-filter.h"
#include "include/words.glsl"

#define FOURS GS_FOURIER_FILTER_FOURS
#define ROWS GS_FOURIER_FILTER_ROWS

layout(local_size_x = FOURS * ROWS) in;
layout(push_constant) uniform Push { GsFourierFilterPush p; };

shared vec4 parts[FOURS * ROWS];

/* Of all invocations with these channels. */
vec4 total (vec4 own)
{
  uint id = gl_LocalInvocationIndex;

  barrier ();
  parts[id] = own;
  for (uint half_of = FOURS * ROWS / 2; half_of >= FOURS; half_of /= 2)
    {
      barrier ();
      if (id < half_of)
        parts[id] += parts[id + half_of];
    }
  barrier ();
  return parts[id % FOURS];
}

vec2 turn (uint i, uint n)
{
  float angle = 6.28318531 * float (i) / float (n);

  return n > 1 ? vec2 (cos (angle), sin (angle)) : vec2 (0.0);
}

vec2 both (vec2 a, vec2 b)
{
  return vec2 (a.x * b.x - a.y * b.y, a.y * b.x + a.x * b.y);
}

void main ()
{
  uint id = gl_LocalInvocationIndex;
  uint fours = p.channels / 4, blocks = (fours + FOURS - 1) / FOURS;
  uint n = line_group () / blocks;
  uint four = (line_group () - n * blocks) * FOURS + id % FOURS;
  uint pixels = four < fours ? p.height * p.width : 0;
  uint64_t first = (uint64_t (n) * p.height * p.width * fours + four) * ELEMENT4_BYTES;
  uint step = fours * ELEMENT4_BYTES;
  vec4 mean = vec4 (0.0), sums[6] = vec4[6] (mean, mean, mean, mean, mean, mean);

  if (n >= p.samples)
    return;
  for (uint i = id / FOURS; i < pixels; i += ROWS)
    {
      vec4 x = load_four (p.x + first + uint64_t (i) * step);
      vec2 t = turn (i / p.width, p.height), u = turn (i % p.width, p.width), tu = both (t, u);

      mean += x;
      sums[0] += x * t.x;
      sums[1] += x * t.y;
      sums[2] += x * u.x;
      sums[3] += x * u.y;
      sums[4] += x * tu.x;
      sums[5] += x * tu.y;
    }
  mean = total (mean);
  for (uint k = 0; k < 6; k++)
    sums[k] = total (sums[k]);
  for (uint i = id / FOURS; i < pixels; i += ROWS)
    {
      uint64_t at = first + uint64_t (i) * step;
      vec2 t = turn (i / p.width, p.height), u = turn (i % p.width, p.width), tu = both (t, u);
      vec4 low = mean + sums[0] * t.x + sums[1] * t.y + sums[2] * u.x + sums[3] * u.y
                 + sums[4] * tu.x + sums[5] * tu.y;

      store_four (p.y + at, load_four (p.x + at) + p.gain * low);
    }
}
