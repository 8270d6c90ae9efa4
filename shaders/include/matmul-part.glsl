/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an invocation of the kernels in tiles keeps of y in registers, and how that ends. Of pairs of
 * columns that make one, a four is (a, a, b, b).
 */
#define PART_ROWS GS_MATMUL_TILE_PART_ROWS

/* An invocation's columns: fours, as far apart as all invocations' first fours reach. */
const uint ACROSS = COLUMNS / PART_COLUMNS;

float sums[PART_ROWS * PART_COLUMNS]; /* [row][column] */

#define MOMENT_PART_ROWS PART_ROWS
#include "include/matmul-moments.glsl"

/* Row and column: of the part in the tile. */
void finish_part (uint row_block, uint column_block, uint row, uint column)
{
  [[unroll]] for (uint g = 0; g < PART_COLUMNS / 4; g++)
    {
      uint first = g * (4 * ACROSS) + column, n = column_block * COLUMNS + first;
      vec4 bias = own_bias (n);
      Four four;

      [[unroll]] for (uint r = 0; r < PART_ROWS; r++)
        {
          uint i = r * PART_COLUMNS + g * 4;

          vec4 v = finish_own (row_block * ROWS + row + r, n,
                               bias + vec4 (sums[i], sums[i + 1], sums[i + 2], sums[i + 3]));

          if (LEAVES_MOMENTS)
            add_to_four (four, r, v);
        }
      if (LEAVES_MOMENTS)
        put_four (row / PART_ROWS * COLUMNS + first, four);
    }
  if (LEAVES_MOMENTS)
    leave_moments (row_block, column_block);
}
