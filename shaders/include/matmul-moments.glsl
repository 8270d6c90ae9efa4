/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a product leaves beside y for a norm of y's groups of channels: means and sums of squared
 * deviations, of a slice of SLICE_ROWS rows and of those channels of a group that are the tile's. A
 * group's channels lie in up to (width - 1) / COLUMNS + 2 tiles, so this many places are left for it:
 *
 *   [slice][group][tile, from the group's first one][mean, squares] in floats
 *
 * Each invocation (matmul-tile, -half) or subgroup (-coopmat) first puts the moments of its PART_ROWS rows
 * of a column into shared memory; then those of a slice, and then those of a group are taken together, as
 * many numbers each, by sums of differences d from the first one's mean:
 *
 *   mean = mean0 + E d,  squares = sum squares + n (sum d^2 - (sum d)^2 / count)
 *
 * (E d)^2 is one of the count terms of their variance, so what cancels is at most count times a float's
 * rounding. y is taken before it is rounded to its storage type.
 *
 * The including file has ROWS, COLUMNS, INVOCATIONS, MOMENT_PART_ROWS; put_moment() and moment_at() keep a
 * pair of numbers in shared memory.
 */
layout(constant_id = GS_MATMUL_MOMENTS) const uint left_moments = 0;
const bool LEAVES_MOMENTS = left_moments != 0;
const uint SLICE_ROWS = LEAVES_MOMENTS ? left_moments >> 10 & 1023 : ROWS;
const uint SLICE_PARTS = SLICE_ROWS / MOMENT_PART_ROWS;
const uint MOMENT_GROUPS = LEAVES_MOMENTS ? left_moments & 1023 : 1;

void put_moment (uint i, vec2 v);
vec2 moment_at (uint i);

/* Sums of a column's rows, of four columns: of differences from the first row, and their squares. */
struct Four
{
  vec4 first, sum, squares;
};

void add_to_four (inout Four four, uint row, vec4 v)
{
  vec4 d = row == 0 ? vec4 (0.0) : v - four.first;

  four.first = row == 0 ? v : four.first;
  four.sum = row == 0 ? vec4 (0.0) : four.sum + d;
  four.squares = row == 0 ? vec4 (0.0) : four.squares + d * d;
}

/* at: of [part][column of the tile]. */
void put_four (uint at, Four four)
{
  vec4 sum = four.sum / float (MOMENT_PART_ROWS);
  vec4 squares = max (four.squares - sum * four.sum, vec4 (0.0));

  [[unroll]] for (uint c = 0; c < 4; c++)
    put_moment (at + c, vec2 (four.first[c] + sum[c], squares[c]));
}

/* Those of count moments from at on, of so many numbers each. */
vec2 take_together (uint at, uint step, uint count, float numbers)
{
  float mean = moment_at (at).x;
  vec2 sum = vec2 (0.0);
  float squares = 0.0;

  for (uint i = 0; i < count; i++)
    {
      vec2 moment = moment_at (at + i * step);
      float d = moment.x - mean;

      sum += vec2 (d, d * d);
      squares += moment.y;
    }
  return vec2 (mean + sum.x / float (count),
               squares + numbers * max (sum.y - sum.x * sum.x / float (count), 0.0));
}

void leave_moments (uint row_block, uint column_block)
{
  const uint slices = ROWS / SLICE_ROWS;
  uint width = p.columns / MOMENT_GROUPS, places = (width - 1) / COLUMNS + 2;
  uint begin = column_block * COLUMNS, end = min (begin + COLUMNS, p.columns);
  uint first_group = begin / width, n_groups = (end - 1) / width - first_group + 1;

  barrier ();
  for (uint i = gl_LocalInvocationIndex; SLICE_PARTS > 1 && i < slices * COLUMNS; i += INVOCATIONS)
    {
      uint at = i / COLUMNS * SLICE_PARTS * COLUMNS + i % COLUMNS;

      put_moment (at, take_together (at, COLUMNS, SLICE_PARTS, float (MOMENT_PART_ROWS)));
    }
  barrier ();
  for (uint i = gl_LocalInvocationIndex; i < slices * n_groups; i += INVOCATIONS)
    {
      uint slice = i / n_groups, group = first_group + i - slice * n_groups;
      uint from = max (group * width, begin), to = min (group * width + width, end);
      uint row = row_block * ROWS + slice * SLICE_ROWS;
      uint place = column_block - group * width / COLUMNS;

      if (row < p.rows)
        Float2s (p.zeros).at[(row / SLICE_ROWS * MOMENT_GROUPS + group) * places + place]
          = take_together (slice * SLICE_PARTS * COLUMNS + from - begin, 1, to - from,
                           float (SLICE_ROWS));
    }
}
