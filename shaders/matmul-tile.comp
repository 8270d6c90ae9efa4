/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * matmul for GPUs: a workgroup makes a tile of 64 x 64 elements of y, 16 k at a time through shared
 * memory; each of 128 invocations keeps 8 rows x 4 columns in registers. The next slab of x and w is
 * fetched into registers while the last one is multiplied.
 */
#extension GL_GOOGLE_include_directive : require
#include "matmul.h"
#include "include/matmul-common.glsl"

#define ROWS GS_MATMUL_TILE_ROWS
#define COLUMNS GS_MATMUL_TILE_COLUMNS
#define FOURS 4               /* fours of k in a slab                                     */
#define STRIDE (ROWS + 4)     /* of a slab's k: rows stay aligned, columns of it fall on
                                 other banks                                              */
#define GROUP_SIZE 128
#define FETCHES 2             /* fours of x, and of w, an invocation fetches for a slab   */

layout(local_size_x = GROUP_SIZE) in;

shared float x_slab[FOURS * 4 * STRIDE]; /* [k][row]    */
shared float w_slab[FOURS * 4 * STRIDE]; /* [k][column] */

/* Invocation i fetches four i % 4 of the slab, for rows i / 4 and i / 4 + 32; so neighbours read
 * neighbouring channels of a pixel. The place runs along k without divisions. */
struct Cursor
{
  uint four;   /* of the channels             */
  uint kx, ky; /* the tap; ky == kernel: end  */
};

void settle (inout Cursor cursor)
{
  while (cursor.four >= p.channels / 4 && cursor.ky < p.kernel)
    {
      cursor.four -= p.channels / 4;
      cursor.kx++;
      if (cursor.kx == p.kernel)
        {
          cursor.kx = 0;
          cursor.ky++;
        }
    }
}

void main ()
{
  uint row_block, column_block;
  uint id = gl_LocalInvocationID.x;
  uint slab_four = id % FOURS;
  uint n_fours = p.kernel * p.kernel * (p.channels / 4);
  int left[FETCHES], top[FETCHES];
  uint image[FETCHES];
  Cursor cursor = Cursor (slab_four, 0, 0);
  float sums[32]; /* [row][column] */
  vec4 x_next[FETCHES], w_next[FETCHES];

  if (!find_block (row_block, column_block))
    return;

  [[unroll]] for (uint f = 0; f < FETCHES; f++)
    {
      uint row = row_block * ROWS + id / FOURS + f * (GROUP_SIZE / FOURS);
      uint line = row / p.y_width;

      image[f] = line / p.y_height;
      left[f] = int ((row - line * p.y_width) * p.stride) - int (p.pad);
      top[f] = int ((line - image[f] * p.y_height) * p.stride) - int (p.pad);
      top[f] = row < p.rows ? top[f] : -0x10000;
    }
  [[unroll]] for (uint i = 0; i < 32; i++)
    sums[i] = 0.0;
  settle (cursor);

  for (uint slab = 0; slab < n_fours + FOURS; slab += FOURS)
    {
      bool more = slab < n_fours; /* the last turn only multiplies */

      if (more)
        [[unroll]] for (uint f = 0; f < FETCHES; f++)
          {
            uint x = uint (left[f] + int (cursor.kx)), y = uint (top[f] + int (cursor.ky));
            bool inside = x < p.width && y < p.height && cursor.ky < p.kernel;
            uint pixel = pixel_at (image[f], x, y);
            /* Panels of 16 columns: four of them, 64 fours of w each. */
            uint i = id + f * GROUP_SIZE;
            uint panel = column_block * (COLUMNS / GS_MATMUL_PANEL) + i / 64;
            uint four = slab + i % 64 / 16;
            bool weighs = four < n_fours && panel * GS_MATMUL_PANEL < p.columns;

            x_next[f] = vec4 (0.0);
            if (inside)
              x_next[f] = load_four (four_at (pixel, cursor.four));
            w_next[f] = vec4 (0.0);
            if (weighs)
              w_next[f] = load_weights (p.w + uint64_t ((panel * n_fours + slab) * 16 + i % 64)
                                              * (weight_f16 ? 8 : 16));
          }
      if (slab > 0)
        {
          uint row = id / 16 * 8, column = id % 16 * 4;

          [[unroll]] for (uint k = 0; k < FOURS * 4; k++)
            {
              float x[8], w[4];

              [[unroll]] for (uint r = 0; r < 8; r++)
                x[r] = x_slab[k * STRIDE + row + r];
              [[unroll]] for (uint c = 0; c < 4; c++)
                w[c] = w_slab[k * STRIDE + column + c];
              [[unroll]] for (uint r = 0; r < 8; r++)
                [[unroll]] for (uint c = 0; c < 4; c++)
                  sums[r * 4 + c] = fma (x[r], w[c], sums[r * 4 + c]);
            }
        }
      if (more)
        {
          barrier ();
          [[unroll]] for (uint f = 0; f < FETCHES; f++)
            [[unroll]] for (uint k = 0; k < 4; k++)
              {
                uint i = id + f * GROUP_SIZE;

                x_slab[(slab_four * 4 + k) * STRIDE + id / FOURS + f * (GROUP_SIZE / FOURS)]
                  = x_next[f][k];
                w_slab[i % 64 / 4 * STRIDE + i / 64 * 16 + i % 4 * 4 + k] = w_next[f][k];
              }
          barrier ();
          cursor.four += FOURS;
          settle (cursor);
        }
    }

  uint n = column_block * COLUMNS + id % 16 * 4;
  vec4 bias = vec4 (0.0);

  if (p.bias != 0)
    [[unroll]] for (uint c = 0; c < 4; c++)
      bias[c] = n + c < p.columns ? Floats (p.bias).at[n + c] : 0.0;
  [[unroll]] for (uint r = 0; r < 8; r++)
    {
      uint m = row_block * ROWS + id / 16 * 8 + r;

      if (m < p.rows)
        finish (m, n, bias + vec4 (sums[r * 4], sums[r * 4 + 1], sums[r * 4 + 2], sums[r * 4 + 3]));
    }
}
