/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A norm of x on its way into shared memory, for products of one tap. Of the rows, a layer norm: first the
 * workgroup sweeps over its rows to find their moments, and when they are read again they come from a
 * cache. Differences d from a row's first element are summed:
 *
 *   mean = x0 + E d,  var = E d^2 - (E d)^2
 *
 * (E d)^2 is one of the C terms of C var, so what cancels is at most C times a float's rounding.
 *
 * Or of groups of channels: what the product that made x left of them (matmul-moments.glsl) is taken
 * together first, in the same way. All rows of a workgroup are of one image then.
 *
 * The including file has ROWS, INVOCATIONS and X_FETCHES; SHARES invocations next to each other fetch of
 * the same row; put_share() and share_at() keep a pair of numbers in shared memory.
 */
layout(constant_id = GS_MATMUL_NORM) const uint norm_epsilon = 0;
const bool HAS_NORM = norm_epsilon != 0;
layout(constant_id = GS_MATMUL_NORM_GROUPS) const uint norm_moments = 0;
const bool HAS_GROUPS = norm_moments != 0;
const uint NORM_GROUPS = HAS_GROUPS ? norm_moments & 1023 : 1;
const uint NORM_SLICE = HAS_GROUPS ? norm_moments >> 10 & 1023 : 1;    /* rows     */
const uint NORM_COLUMNS = HAS_GROUPS ? norm_moments >> 20 : 1; /* of a tile */

shared vec2 group_moments[NORM_GROUPS]; /* mean, 1 / deviation */

vec2 moments[X_FETCHES]; /* of the rows this invocation fetches: mean, 1 / deviation */

struct Norm
{
  vec4 weight, bias; /* of four channels */
  vec4 mean;         /* of their groups  */
};

Norm load_norm (uint four)
{
  Norm norm = Norm (load_floats (p.shortcut + four * 16), load_floats (p.zeros + four * 16), vec4 (0.0));

  if (HAS_GROUPS)
    [[unroll]] for (uint c = 0; c < 4; c++)
      {
        /* Far enough from whole numbers, and there is no division of integers. */
        float group = (float (four * 4 + c) + 0.5) * (float (NORM_GROUPS) / float (p.channels));
        vec2 moment = group_moments[min (uint (group), NORM_GROUPS - 1)];

        norm.mean[c] = moment.x;
        norm.weight[c] *= moment.y;
      }
  return norm;
}

vec4 normalise (vec4 v, vec2 row, Norm norm)
{
  if (HAS_GROUPS)
    return (v - norm.mean) * norm.weight + norm.bias;
  return (v - row.x) * row.y * norm.weight + norm.bias;
}

/* Sums over this invocation's fours of a row: of differences from its first element, and squares. */
vec2 sum_share (uint row, uint share, float first)
{
  vec4 sum = vec4 (0.0), squares = vec4 (0.0);

  for (uint four = share; four < p.channels / 4; four += SHARES)
    {
      vec4 d = load_four (four_at (row, four)) - first;

      sum += d;
      squares += d * d;
    }
  return vec2 (dot (sum, vec4 (1.0)), dot (squares, vec4 (1.0)));
}

/* Sums over what is invocation share's of TEAM in a group: of differences from a mean, and squares. */
const uint TEAM = INVOCATIONS > NORM_GROUPS ? INVOCATIONS / NORM_GROUPS : 1;

vec2 sum_left (uint image, uint group, uint share, out float mean)
{
  uint width = p.channels / NORM_GROUPS, places = (width - 1) / NORM_COLUMNS + 2;
  uint slices = p.y_width * p.y_height / NORM_SLICE;
  uint begin = group * width, first_tile = begin / NORM_COLUMNS;
  uint first = (image * slices * NORM_GROUPS + group) * places;
  vec2 sum = vec2 (0.0);

  mean = Float2s (p.x2).at[first].x;
  for (uint i = share; i < slices * places; i += TEAM)
    {
      uint slice = i / places, place = i - slice * places;
      uint from = max ((first_tile + place) * NORM_COLUMNS, begin);
      uint to = min ((first_tile + place + 1) * NORM_COLUMNS, begin + width);

      if (from < to)
        {
          vec2 moment = Float2s (p.x2).at[first + slice * NORM_GROUPS * places + place];
          float d = moment.x - mean, n = float ((to - from) * NORM_SLICE);

          sum += vec2 (n * d, moment.y + n * d * d);
        }
    }
  return sum;
}

void find_group_moments (uint first_row)
{
  const uint teams = INVOCATIONS / TEAM;
  uint pixels = p.y_width * p.y_height, share = gl_LocalInvocationIndex % TEAM;
  float n = float (pixels) * float (p.channels / NORM_GROUPS);

  for (uint first = 0; first < NORM_GROUPS; first += teams)
    {
      uint team = gl_LocalInvocationIndex / TEAM, group = first + team;
      bool works = team < teams && group < NORM_GROUPS;
      float mean = 0.0;

      if (works)
        put_share (gl_LocalInvocationIndex, sum_left (first_row / pixels, group, share, mean));
      barrier ();
      if (works && share == 0)
        {
          vec2 sum = vec2 (0.0);

          for (uint s = 0; s < TEAM; s++)
            sum += share_at (gl_LocalInvocationIndex + s);
          sum /= n;
          group_moments[group] = vec2 (mean + sum.x, inversesqrt (max (sum.y - sum.x * sum.x, 0.0)
                                                                  + uintBitsToFloat (norm_epsilon)));
        }
      barrier ();
    }
}

void find_moments (uint first_row)
{
  float first[X_FETCHES];

  if (HAS_GROUPS)
    {
      find_group_moments (first_row);
      return;
    }

  [[unroll]] for (uint f = 0; f < X_FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;
      uint row = min (first_row + i / SHARES, p.rows - 1);

      first[f] = load_four (four_at (row, 0)).x;
      if (i < ROWS * SHARES)
        put_share (i, sum_share (row, i % SHARES, first[f]));
    }
  barrier ();
  [[unroll]] for (uint f = 0; f < X_FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;
      vec2 sum = vec2 (0.0);

      if (i < ROWS * SHARES)
        [[unroll]] for (uint s = 0; s < SHARES; s++)
          sum += share_at (i / SHARES * SHARES + s);
      sum /= float (p.channels);
      moments[f] = vec2 (first[f] + sum.x, inversesqrt (max (sum.y - sum.x * sum.x, 0.0)
                                                        + uintBitsToFloat (norm_epsilon)));
    }
  barrier ();
}
