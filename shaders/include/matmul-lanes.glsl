/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The body of matmul-texel.comp and matmul-gather.comp, made for Mesa's CPU driver (lavapipe), which
 * runs 8 invocations as one vector of floats and knows no vector load: each load is a gather, costs
 * as much as 8 scalar ones, and is the thing to save.
 *
 * Each lane owns GROUPS rows of y (lane, lane + 8, ...) and COLUMNS columns of each. x is gathered
 * one row a lane, 4 consecutive k at once; weights 4 columns of a k a lane. A weight then reaches all
 * lanes by subgroupShuffle with a constant lane, which is a single AVX2 permute: one permute feeds
 * GROUPS multiply-adds. Panels beyond the last make sums of whatever lies there, never stored. No
 * shared memory, no barriers (a barrier makes coroutines of the shader).
 *
 * The including file defines how a place in memory is told: PLACE, X_STEP and W_STEP from one four
 * of k or columns to the next, place_of (source, pixel), PLACE_OF_ZEROS, place_of_weights (i), load_x
 * and load_w; UNROLL, fours of k a turn, which must divide the fours of x and of x2; and COLUMNS, a
 * multiple of a panel's. Places run along with k.
 */
#define GROUPS (GS_MATMUL_LANES_ROWS / 8)
#define PANELS (COLUMNS / GS_MATMUL_PANEL)

layout(local_size_x = 8) in;

float sums[GROUPS * COLUMNS]; /* [group][column] */

vec4 sums_at (uint i) { return vec4 (sums[i], sums[i + 1], sums[i + 2], sums[i + 3]); }

void start_with_bias (uint first_column)
{
  uint lane = gl_LocalInvocationID.x;

  [[unroll]] for (uint side = 0; side < COLUMNS; side += 8)
    {
      uint n = source_column (first_column + side) + lane;
      float bias = p.bias != 0 && n < p.columns ? Floats (p.bias).at[n] : 0.0;

      [[unroll]] for (uint j = 0; j < 8; j++)
        [[unroll]] for (uint r = 0; r < GROUPS; r++)
          sums[r * COLUMNS + side + j] = subgroupShuffle (bias, j);
    }
}

/* The four of w that this lane loads first: columns lane % 4 * 4 ... of k lane / 4. */
uint first_four (uint column_block, uint panel)
{
  uint lane = gl_LocalInvocationID.x;
  uint n = source_column (column_block * COLUMNS + lane % 4 / 2 * 8);

  return n / GS_MATMUL_PANEL * panel + lane / 4 * 4 + n % GS_MATMUL_PANEL / 4 + lane % 2;
}

/* Adds the products of UNROLL fours of k. */
void multiply (PLACE places[GROUPS], PLACE w, PLACE panel_step)
{
  vec4 x[GROUPS * UNROLL];
  /* [panel][k / 2]: of lane i, columns i % 4 * 4 ... of k i / 4 and so on, two k a load */
  vec4 weights[PANELS * 2 * UNROLL];

  [[unroll]] for (uint u = 0; u < UNROLL; u++)
    [[unroll]] for (uint r = 0; r < GROUPS; r++)
      x[r * UNROLL + u] = load_x (places[r] + u * X_STEP);

  [[unroll]] for (uint panel = 0; panel < PANELS; panel++)
    [[unroll]] for (uint i = 0; i < 2 * UNROLL; i++)
      weights[panel * 2 * UNROLL + i] = load_w (w + panel * panel_step + i * 8 * W_STEP);
  /* Columns outside and k inside, so that GROUPS sums live in registers at a time. */
  [[unroll]] for (uint j = 0; j < COLUMNS; j++)
    [[unroll]] for (uint k = 0; k < 4 * UNROLL; k++)
      {
        float weight = subgroupShuffle (weights[j / GS_MATMUL_PANEL * 2 * UNROLL + k / 2][j % 4],
                                        k % 2 * 4 + j % GS_MATMUL_PANEL / 4);

        [[unroll]] for (uint r = 0; r < GROUPS; r++)
          sums[r * COLUMNS + j] = fma (x[r * UNROLL + k / 4][k % 4], weight, sums[r * COLUMNS + j]);
      }
}

void main ()
{
  uint row_block, column_block;
  uint lane = gl_LocalInvocationID.x;
  uint n_fours = p.channels / 4;
  int left[GROUPS], top[GROUPS]; /* of the first tap */
  uint image[GROUPS];

  if (!find_block (row_block, column_block))
    return;

  uint first_row = row_block * GS_MATMUL_LANES_ROWS + lane;
  uint panel = p.kernel * p.kernel * n_fours * GS_MATMUL_PANEL;
  PLACE panel_step = (is_gated () ? 2 : panel) * W_STEP; /* both halves of a panel, or the next */
  PLACE w = place_of_weights (first_four (column_block, panel));

  [[unroll]] for (uint r = 0; r < GROUPS; r++)
    {
      uint line = (first_row + r * 8) / p.y_width;

      image[r] = line / p.y_height;
      left[r] = int ((first_row + r * 8 - line * p.y_width) * p.stride) - int (p.pad);
      top[r] = int ((line - image[r] * p.y_height) * p.stride) - int (p.pad);
      /* Rows beyond the last see nothing but zeros. */
      top[r] = first_row + r * 8 < p.rows ? top[r] : -0x10000;
    }
  start_with_bias (column_block * COLUMNS);
  [[dont_unroll]] for (int ky = 0; ky < int (p.kernel); ky++)
    [[dont_unroll]] for (int kx = 0; kx < int (p.kernel); kx++)
      [[dont_unroll]] for (uint source = 0; source < source_count (); source++)
        {
          PLACE places[GROUPS];

          [[unroll]] for (uint r = 0; r < GROUPS; r++)
            {
              uint x = uint (left[r] + kx), y = uint (top[r] + ky); /* negative: large */
              bool inside = x < p.width && y < p.height;

              places[r] = inside ? place_of (source, pixel_at (image[r], x, y)) : PLACE_OF_ZEROS;
            }
          [[dont_unroll]] for (uint i = 0; i < source_fours (source); i += UNROLL)
            {
              multiply (places, w, panel_step);
              [[unroll]] for (uint r = 0; r < GROUPS; r++)
                places[r] += UNROLL * X_STEP;
              w += UNROLL * GS_MATMUL_PANEL * W_STEP;
            }
        }
  [[unroll]] for (uint r = 0; r < GROUPS; r++)
    if (first_row + r * 8 < p.rows)
      [[unroll]] for (uint j = 0; j < COLUMNS; j += 4)
        if (!is_gated ())
          finish (first_row + r * 8, column_block * COLUMNS + j, sums_at (r * COLUMNS + j));
        else if (j % 16 < 8)
          finish_pairs (first_row + r * 8, (column_block * COLUMNS + j / 16 * 16) / 2 + j % 16,
                        sums_at (r * COLUMNS + j), sums_at (r * COLUMNS + j + 8));
}
