/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How matmul-coopmat begins what matmul-moments.glsl does: rows of y lie in a subgroup's place of shared
 * memory, and moments behind all of these. */
void put_moment (uint i, vec2 v)
{
  quads[OUT + i / 2][i % 2 * 2] = floatBitsToUint (v.x);
  quads[OUT + i / 2][i % 2 * 2 + 1] = floatBitsToUint (v.y);
}

vec2 moment_at (uint i)
{
  uvec4 quad = quads[OUT + i / 2];

  return uintBitsToFloat (i % 2 == 0 ? quad.xy : quad.zw);
}

/* Of the subgroup's M rows in its place, in fours of columns. at: of the first in [part][column]. */
void put_moments_of_rows (uint out_place, uint at)
{
  for (uint four = gl_SubgroupInvocationID; four < SUBGROUP_COLUMNS / 4; four += LANES)
    {
      Four sums;

      for (uint row = 0; row < M; row++)
        add_to_four (sums, row, uintBitsToFloat (quads[out_place + row * OUT_STRIDE + four]));
      put_four (at + four * 4, sums);
    }
}
