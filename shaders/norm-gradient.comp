/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* With n = (x - mean) r, r = 1 / sqrt (var + epsilon) over a group and d = dy weight:
 *   dx = r (d - mean (d) - n mean (d n)).
 * A workgroup per sample and group. */
#extension GL_GOOGLE_include_directive : require
#include "norm-gradient.h"
#include "include/words.glsl"

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint MODE = 0;
layout(constant_id = 1) const uint STEP = 1; /* channels of a group side by side: 4 or 1 */
layout(push_constant) uniform Push { GsNormGradientPush p; };

shared float partial[64];

/* STEP elements, and zeros. */
vec4 load_step (gs_address base, uint at)
{
  return STEP == 4 ? load_four (base + uint64_t (at) * (ELEMENT4_BYTES / 4))
                   : vec4 (load (base, at), 0.0, 0.0, 0.0);
}

vec4 load_weight (uint at)
{
  return STEP == 4 ? load_floats (p.weight + uint64_t (at) * 4)
                   : vec4 (Floats (p.weight).at[at], 0.0, 0.0, 0.0);
}

/* What is no element counts nothing. */
vec4 only (vec4 v) { return STEP == 4 ? v : vec4 (v.x, 0.0, 0.0, 0.0); }

void store_step (uint at, vec4 v)
{
  if (STEP == 4)
    store_four (p.y + uint64_t (at) * (ELEMENT4_BYTES / 4), v);
  else
    store (p.y, at, v.x);
}

float total (vec4 v) { return v.x + v.y + (v.z + v.w); }

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
  for (uint i = lane * STEP; i < n; i += 64 * STEP)
    sum += total (load_step (p.x, first + i / width * p.channels + i % width));
  mean = sum_over_group (sum) / float (n);
  for (uint i = lane * STEP; i < n; i += 64 * STEP)
    {
      vec4 d = only (load_step (p.x, first + i / width * p.channels + i % width) - mean);

      squares += dot (d, d);
    }
  r = inversesqrt (sum_over_group (squares) / float (n) + p.epsilon);
  if (MODE == GS_NORM_GRADIENT_X)
    {
      for (uint i = lane * STEP; i < n; i += 64 * STEP)
        {
          uint at = first + i / width * p.channels + i % width;
          vec4 d = load_step (p.dy, at) * load_weight (channel + i % width);

          d_sum += total (d);
          dn_sum += dot (d, (load_step (p.x, at) - mean) * r);
        }
      d_sum = sum_over_group (d_sum) / float (n);
      dn_sum = sum_over_group (dn_sum) / float (n);
    }
  for (uint i = lane * STEP; i < n; i += 64 * STEP)
    {
      uint at = first + i / width * p.channels + i % width;
      vec4 dy = load_step (p.dy, at);
      vec4 normalized = (load_step (p.x, at) - mean) * r;

      if (MODE == GS_NORM_GRADIENT_SCALED)
        store_step (at, dy * normalized);
      else
        store_step (at, r * (dy * load_weight (channel + i % width) - d_sum - normalized * dn_sum));
    }
}
