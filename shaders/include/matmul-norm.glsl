/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A layer norm of the rows of x on their way into shared memory, for products of one tap: first the
 * workgroup sweeps over its rows to find their moments, and when they are read again they come from a
 * cache. Differences d from a row's first element are summed:
 *
 *   mean = x0 + E d,  var = E d^2 - (E d)^2
 *
 * (E d)^2 is one of the C terms of C var, so what cancels is at most C times a float's rounding.
 *
 * The including file has ROWS, INVOCATIONS and X_FETCHES; SHARES invocations next to each other fetch of
 * the same row; put_share() and share_at() keep a pair of numbers in shared memory.
 */
layout(constant_id = GS_MATMUL_NORM) const uint norm_epsilon = 0;
const bool HAS_NORM = norm_epsilon != 0;

vec2 moments[X_FETCHES]; /* of the rows this invocation fetches: mean, 1 / deviation */

struct Norm
{
  vec4 weight, bias; /* of four channels */
};

Norm load_norm (uint four)
{
  return Norm (load_floats (p.shortcut + four * 16), load_floats (p.zeros + four * 16));
}

vec4 normalise (vec4 v, vec2 row, Norm norm)
{
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

void find_moments (uint first_row)
{
  float first[X_FETCHES];

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
