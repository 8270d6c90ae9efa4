/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * Normalises a block of pixels and of channels that make whole groups. The workgroup first merges the
 * partial moments of these groups: a dispatch of its own for that costs GPUs more than merging in
 * every workgroup, as long as blocks have several times more pixels than there are slices.
 */
#extension GL_GOOGLE_include_directive : require
#include "group-norm.h"
#include "include/words.glsl"

#define LANES GS_GROUP_NORM_LANES

layout(constant_id = GS_GROUP_NORM_LEFT_COLUMNS) const uint LEFT_COLUMNS = 0;
layout(local_size_x = LANES) in;
layout(push_constant) uniform Push { GsGroupNormPush p; };

#include "include/group-norm.glsl"

/* What invocation part of some finds in its share of a group's moments that a product left: of a slice,
 * one for each tile that has some of the group. */
vec3 merge_left (uint n, uint group, uint width, uint part, uint parts_count)
{
  const uint columns = LEFT_COLUMNS > 0 ? LEFT_COLUMNS : 1;
  uint places = (width - 1) / columns + 2, begin = group * width;
  vec3 sum = vec3 (0.0);

  for (uint i = part; i < p.slices * places; i += parts_count)
    {
      uint slice = i / places, place = i - slice * places;
      uint tile = begin / columns + place;
      uint from = max (tile * columns, begin), to = min (tile * columns + columns, begin + width);
      uint at = ((n * p.slices + slice) * p.groups + group) * places + place;

      if (from < to)
        sum = merge (sum, vec3 (float ((to - from) * p.slice_pixels), Float2s (p.moments).at[at]));
    }
  return sum;
}

/* The same, of those of channels or left. */
vec3 merge_share (uint n, uint group, uint width, uint part, uint parts_count)
{
  vec3 sum = vec3 (0.0);

  if (LEFT_COLUMNS > 0)
    return merge_left (n, group, width, part, parts_count);
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
  merge_parts (n_groups, n_parts);
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
    normalise (n, begin + id / across, end, down, (first_four + four) * 4, four * 4, width);
}
