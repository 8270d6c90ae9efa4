/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * Normalises a block of pixels and of channels that make whole groups. The workgroup first merges the
 * partial moments of these groups (Chan, Golub and LeVeque, "Updating formulae and a pairwise
 * algorithm for computing sample variances"): a dispatch of its own for that costs GPUs more than
 * merging in every workgroup, as long as blocks have several times more pixels than there are slices.
 */
#extension GL_GOOGLE_include_directive : require
#include "group-norm.h"
#include "include/words.glsl"
#include "include/activation.glsl"

#define LANES GS_GROUP_NORM_LANES

layout(local_size_x = LANES) in;
layout(push_constant) uniform Push { GsGroupNormPush p; };

shared vec3 parts[LANES];  /* of an invocation: count, mean, sum of squared deviations */
shared vec2 merged[LANES]; /* of a group: mean, 1 / sqrt (variance + epsilon)          */

vec4 silu4 (vec4 x) { return x / (1.0 + exp (-x)); }

vec3 merge (vec3 a, vec3 b)
{
  float share = b.x / (a.x + b.x), d = b.y - a.y;

  return vec3 (a.x + b.x, a.y + d * share, a.z + b.z + d * d * a.x * share);
}

/* What invocation part of some finds in its share of a group's moments. */
vec3 merge_share (uint n, uint group, uint width, uint part, uint parts_count)
{
  vec3 sum = vec3 (0.0);

  for (uint i = part; i < p.slices * width; i += parts_count)
    {
      uint slice = i / width;
      uint channel = group * width + i - slice * width;
      float count = float (min (p.slice_pixels, p.pixels - slice * p.slice_pixels));

      sum = merge (sum, vec3 (count, Float2s (p.moments).at[(n * p.slices + slice) * p.channels
                                                            + channel]));
    }
  return sum;
}

void merge_groups (uint n, uint first_group, uint n_groups, uint width)
{
  uint id = gl_LocalInvocationID.x;
  uint n_parts = LANES / n_groups;
  uint group = id / n_parts, part = id % n_parts;

  parts[id] = vec3 (0.0);
  if (group < n_groups)
    parts[id] = merge_share (n, first_group + group, width, part, n_parts);
  barrier ();
  if (id < n_groups)
    {
      vec3 sum = parts[id * n_parts];

      for (uint i = 1; i < n_parts && parts[id * n_parts + i].x > 0.0; i++)
        sum = merge (sum, parts[id * n_parts + i]);
      merged[id] = vec2 (sum.y, inversesqrt (sum.z / sum.x + p.epsilon));
    }
  barrier ();
}

void main ()
{
  uint id = gl_LocalInvocationID.x;
  uint fours = p.channels / 4;
  uint column_blocks = fours / p.block_fours;
  uint row_blocks = (p.pixels + p.block_pixels - 1) / p.block_pixels;
  uint rows_id = line_group () / column_blocks;
  uint first_four = (line_group () - rows_id * column_blocks) * p.block_fours;
  uint n = rows_id / row_blocks;
  uint begin = (rows_id - n * row_blocks) * p.block_pixels;
  uint end = min (begin + p.block_pixels, p.pixels);
  uint width = p.channels / p.groups;
  uint across = min (p.block_fours, LANES); /* invocations along the channels */
  uint down = LANES / across;

  if (n >= p.samples)
    return;
  merge_groups (n, first_four * 4 / width, p.block_fours * 4 / width, width);
  if (id >= across * down)
    return;
  for (uint four = id % across; four < p.block_fours; four += across)
    {
      uint c = (first_four + four) * 4;
      bool second = c >= p.x_channels;
      uint x_fours = (second ? p.channels - p.x_channels : p.x_channels) / 4;
      uint64_t first_pixel = n * p.pixels + begin + id / across;
      uint64_t x = (second ? p.x2 : p.x)
                   + (first_pixel * x_fours + (second ? c - p.x_channels : c) / 4) * ELEMENT4_BYTES;
      uint64_t y = p.y + (first_pixel * fours + c / 4) * ELEMENT4_BYTES;
      vec4 mean, scale, bias = load_floats (p.bias + c * 4);

      [[unroll]] for (uint i = 0; i < 4; i++)
        {
          vec2 group = merged[(four * 4 + i) / width];

          mean[i] = group.x;
          scale[i] = group.y;
        }
      scale *= load_floats (p.weight + c * 4);
      for (uint pixel = begin + id / across; pixel < end; pixel += down)
        {
          vec4 v = (load_four (x) - mean) * scale + bias;

          store_four (y, p.silu != 0 ? silu4 (v) : v);
          x += down * x_fours * ELEMENT4_BYTES;
          y += down * fours * ELEMENT4_BYTES;
        }
    }
}
