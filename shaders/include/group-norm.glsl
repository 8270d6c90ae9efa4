/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kernels of group normalisation share: merging moments (Chan, Golub and LeVeque, "Updating
 * formulae and a pairwise algorithm for computing sample variances"), and normalising. The including
 * file declares the push constants p and the invocations LANES of a workgroup.
 */
#include "include/activation.glsl"

shared vec3 parts[LANES];  /* of an invocation: count, mean, sum of squared deviations */
shared vec2 merged[LANES]; /* of a group: mean, 1 / sqrt (variance + epsilon)          */

vec4 silu4 (vec4 x) { return x / (1.0 + exp (-x)); }

vec3 merge (vec3 a, vec3 b)
{
  float share = b.x / (a.x + b.x), d = b.y - a.y;

  return vec3 (a.x + b.x, a.y + d * share, a.z + b.z + d * d * a.x * share);
}

/* Of n_parts invocations a group: takes their parts together, in merged[]. */
void merge_parts (uint n_groups, uint n_parts)
{
  uint id = gl_LocalInvocationIndex;

  barrier ();
  if (id < n_groups)
    {
      vec3 sum = parts[id * n_parts];

      for (uint i = 1; i < n_parts; i++)
        if (parts[id * n_parts + i].x > 0.0)
          sum = merge (sum, parts[id * n_parts + i]);
      merged[id] = vec2 (sum.y, inversesqrt (sum.z / sum.x + p.epsilon));
    }
  barrier ();
}

/* Four channels of x: their address in pixel 0 of the samples, and bytes from pixel to pixel. */
struct Column
{
  uint64_t at;
  uint     step;
};

Column find_column (uint channel)
{
  bool second = channel >= p.x_channels;
  uint own = second ? channel - p.x_channels : channel;

  return Column ((second ? p.x2 : p.x) + own * (ELEMENT4_BYTES / 4),
                 (second ? p.channels - p.x_channels : p.x_channels) * (ELEMENT4_BYTES / 4));
}

/* Normalises pixels begin, begin + down ... below end of the samples' n, four channels whose groups in
 * merged[] are (offset + 0 ... 3) / width. */
void normalise (uint n, uint begin, uint end, uint down, uint channel, uint offset, uint width)
{
  Column column = find_column (channel);
  uint64_t first = n * p.pixels + begin;
  uint64_t x = column.at + first * column.step;
  uint y_step = p.channels * (ELEMENT4_BYTES / 4);
  uint64_t y = p.y + first * y_step + channel * (ELEMENT4_BYTES / 4);
  vec4 mean, scale, bias = load_floats (p.bias + channel * 4);

  [[unroll]] for (uint i = 0; i < 4; i++)
    {
      vec2 group = merged[(offset + i) / width];

      mean[i] = group.x;
      scale[i] = group.y;
    }
  scale *= load_floats (p.weight + channel * 4);
  for (uint pixel = begin; pixel < end; pixel += down)
    {
      vec4 v = (load_four (x) - mean) * scale + bias;

      store_four (y, p.silu != 0 ? silu4 (v) : v);
      x += down * column.step;
      y += down * y_step;
    }
}
