/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an invocation of the kernels in tiles keeps of y in registers, and how that ends. Of pairs of
 * columns that make one, a four is (a, a, b, b).
 */
#define PART_ROWS GS_MATMUL_TILE_PART_ROWS

/* An invocation's columns: fours, as far apart as all invocations' first fours reach. */
const uint ACROSS = COLUMNS / PART_COLUMNS;

float sums[PART_ROWS * PART_COLUMNS]; /* [row][column] */

/* Row and column: of the part in the tile. */
void finish_part (uint row_block, uint column_block, uint row, uint column)
{
  [[unroll]] for (uint g = 0; g < PART_COLUMNS / 4; g++)
    {
      uint n = column_block * COLUMNS + g * (4 * ACROSS) + column;
      vec4 bias = is_gated () ? vec4 (load_bias (n / 2).xy, load_bias (p.columns / 2 + n / 2).xy)
                              : load_bias (n);

      [[unroll]] for (uint r = 0; r < PART_ROWS; r++)
        {
          uint m = row_block * ROWS + row + r, i = r * PART_COLUMNS + g * 4;
          vec4 v = bias + vec4 (sums[i], sums[i + 1], sums[i + 2], sums[i + 3]);

          if (m < p.rows && n < p.columns)
            {
              if (is_gated ())
                finish_two_pairs (m, n / 2, v);
              else
                finish (m, n, v);
            }
        }
    }
}
