/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * Group normalisation in one dispatch: a workgroup takes all pixels of a sample in a block of channels
 * that make whole groups, at most as many fours as it has invocations. So nobody waits for another
 * workgroup's moments; it is for where there are samples and groups enough to keep the device busy.
 *
 * Moments come from one sweep, of CHUNK pixels at a time around the first of them: sums of squares
 * would cancel where the mean is large, and do not where it is taken off before.
 */
#extension GL_GOOGLE_include_directive : require
#include "group-norm.h"
#include "include/words.glsl"

layout(constant_id = GS_GROUP_NORM_WHOLE_LANES) const uint LANES = 64;
layout(local_size_x_id = GS_GROUP_NORM_WHOLE_LANES) in;
layout(push_constant) uniform Push { GsGroupNormPush p; };

#include "include/group-norm.glsl"

#define CHUNK 32 /* pixels */

shared vec4 means[LANES];   /* of an invocation's four channels ...        */
shared vec4 squares[LANES]; /* ... and their sums of squared deviations    */

/* Of one invocation's pixels and channels, into its places. */
void find_moments (uint n, uint begin, uint down, uint channel)
{
  Column column = find_column (channel);
  uint64_t x = column.at + uint64_t (n * p.pixels + begin) * column.step;
  vec4 mean = vec4 (0.0), square = vec4 (0.0);
  float count = 0.0;

  for (uint pixel = begin; pixel < p.pixels;)
    {
      vec4 shift = load_four (x), sum = vec4 (0.0), sum2 = vec4 (0.0);
      uint in_chunk = min (CHUNK, (p.pixels - pixel + down - 1) / down);
      float n_new = float (in_chunk), share = n_new / (count + n_new);

      for (uint i = 0; i < in_chunk; i++, x += down * column.step)
        {
          vec4 d = load_four (x) - shift;

          sum += d;
          sum2 += d * d;
        }
      /* As merge() does; a constant chunk is exactly 0. */
      sum2 = max (sum2 - sum * sum / n_new, vec4 (0.0));
      sum = shift + sum / n_new - mean;
      mean += sum * share;
      square += sum2 + sum * sum * (count * share);
      count += n_new;
      pixel += in_chunk * down;
    }
  means[gl_LocalInvocationIndex] = mean;
  squares[gl_LocalInvocationIndex] = square;
}

/* What invocation part of some finds in its share of a group's moments: `down` of each channel. */
vec3 merge_share (uint group, uint width, uint across, uint down, uint part, uint n_parts)
{
  vec3 sum = vec3 (0.0);

  for (uint i = part; i < down * width; i += n_parts)
    {
      uint row = i / width, channel = group * width + i - row * width;
      uint at = row * across + channel / 4;
      float count = float ((p.pixels - row + down - 1) / down);

      if (row < p.pixels)
        sum = merge (sum, vec3 (count, means[at][channel % 4], squares[at][channel % 4]));
    }
  return sum;
}

void main ()
{
  uint id = gl_LocalInvocationIndex;
  uint across = p.block_fours, down = LANES / across;
  uint blocks = p.channels / 4 / across;
  uint n = line_group () / blocks;
  uint first_four = (line_group () - n * blocks) * across;
  uint width = p.channels / p.groups;
  uint n_groups = across * 4 / width, n_parts = LANES / n_groups;
  uint four = id % across, begin = id / across;

  if (n >= p.samples)
    return;
  if (begin < down)
    find_moments (n, begin, down, (first_four + four) * 4);
  barrier ();
  parts[id] = vec3 (0.0);
  if (id / n_parts < n_groups)
    parts[id] = merge_share (id / n_parts, width, across, down, id % n_parts, n_parts);
  merge_parts (n_groups, n_parts);
  if (begin < down)
    normalise (n, begin, p.pixels, down, (first_four + four) * 4, four * 4, width);
}
