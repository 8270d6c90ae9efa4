/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * matmul for GPUs whose workgroups multiply matrices as a whole (GL_NV_cooperative_matrix2), on halfs: a
 * workgroup makes ROWS x COLUMNS elements of y, DEPTH k at a time. The driver's compiler shares loads and
 * divides the work among invocations; what is left here is where the matrices lie.
 *
 * The rows of a tile are a box of pixels: BOX_WIDTH x BOX_HEIGHT ones of so many pictures as fill ROWS.
 * Under a tap it is a slice of x as a tensor (picture, row, column, channel), from a corner that may lie
 * outside, where the tensor reads as zeros. So do channels beyond the last, which is why the DEPTH of a
 * tap or of x need not end where they do: what w has there is multiplied by zeros.
 *
 * w is a tensor (panel, k, column in the panel), which a view turns into (k, panel, column). Of pairs
 * of columns, those of one half and those of the other have sums of their own.
 *
 * Not here, and left to matmul-coopmat: strides, enlargements, layer norms, weights in blocks.
 */
#extension GL_GOOGLE_include_directive : require
#include "matmul.h"
#include "include/matmul-common.glsl"

layout(constant_id = GS_MATMUL_COOPMAT2_ROWS) const uint ROWS = 64;
layout(constant_id = GS_MATMUL_COOPMAT2_COLUMNS) const uint COLUMNS = 64;
layout(constant_id = GS_MATMUL_COOPMAT2_BOX_WIDTH) const uint BOX_WIDTH = 8;
layout(constant_id = GS_MATMUL_COOPMAT2_BOX_HEIGHT) const uint BOX_HEIGHT = 8;
layout(constant_id = GS_MATMUL_COOPMAT2_INVOCATIONS) const uint INVOCATIONS = 128;
layout(local_size_x_id = GS_MATMUL_COOPMAT2_INVOCATIONS) in;

#define DEPTH GS_MATMUL_COOPMAT2_DEPTH
const uint BOX_PICTURES = ROWS / (BOX_WIDTH * BOX_HEIGHT);
const bool PAIRS = activation == GS_MATMUL_GEGLU;
const uint WIDTH = PAIRS ? COLUMNS / 2 : COLUMNS; /* of y */

#ifdef EMULATED
#include "include/group-matrix-emulated.glsl"
#else
#include "include/group-matrix.glsl"
#endif

/* What is multiplied under a tap from x or from x2, or of the shortcut. */
struct Part
{
  uint64_t x, w;
  uint     channels;  /* of this x                             */
  int      left, top; /* of the tap                            */
  uint     depth, k;  /* all k of w, and the first one of these */
};

uint part_count ()
{
  uint n = p.kernel * p.kernel * source_count ();

  if (HAS_SHORTCUT)
    n += SHORTCUT_OF_CALL.x2 != 0 ? 2 : 1;
  return n;
}

Part find_part (uint i)
{
  uint sources = source_count (), taps = p.kernel * p.kernel, tap = i / sources;
  uint source = i - tap * sources;
  int left = int (tap % p.kernel) - int (p.pad), top = int (tap / p.kernel) - int (p.pad);

  if (HAS_SHORTCUT && tap >= taps)
    {
      GsMatmulShortcut s = SHORTCUT_OF_CALL;

      source = i - taps * sources;
      return Part (source == 0 ? s.x : s.x2, s.w, shortcut_fours (source) * 4, 0, 0, s.channels,
                   source * s.x_channels);
    }
  return Part (source == 0 ? p.x : p.x2, p.w, source_fours (source) * 4, left, top, taps * p.channels,
               tap * p.channels + source * p.x_channels);
}

/* The first picture, row, column and channel of a tile of y. */
uvec4 find_corner (uint row_block, uint column_block)
{
  uint across = (p.y_width + BOX_WIDTH - 1) / BOX_WIDTH;
  uint down = (p.y_height + BOX_HEIGHT - 1) / BOX_HEIGHT, line = row_block / across;

  return uvec4 (line / down * BOX_PICTURES, line % down * BOX_HEIGHT,
                (row_block - line * across) * BOX_WIDTH, column_block * WIDTH);
}

/* Element (row, column) of a tile in the end; of pairs, of the first half. */
float finished (const in uint row, const in uint column, const in float sum, const in uvec4 corner)
{
  uint x = corner.z + row % BOX_WIDTH, line = row / BOX_WIDTH;
  uint y = corner.y + line % BOX_HEIGHT, n = corner.w + column;
  uint m = ((corner.x + line / BOX_HEIGHT) * p.y_height + y) * p.y_width + x;
  float v = sum + load_bias_one (n);

  if (p.add != 0 && x < p.y_width && y < p.y_height && m < p.rows && n < p.columns)
    v += load (p.add, m / p.add_period * p.columns + n);
  return activate (v);
}

/* And of the second half, what the first is multiplied by. */
float gate (const in uint row, const in uint column, const in float sum, const in uvec4 corner)
{
  return gelu (sum + load_bias_one (p.columns / 2 + corner.w + column));
}

void main ()
{
  const uint panels = (p.columns + GS_MATMUL_PANEL - 1) / GS_MATMUL_PANEL;
  const uint pictures = p.rows / (p.y_width * p.y_height), y_columns = PAIRS ? p.columns / 2 : p.columns;
  uint row_block, column_block;

  if (!find_block (row_block, column_block))
    return;

  uvec4 corner = find_corner (row_block, column_block);
  LAYOUT (4) x_layout = NEW_LAYOUT (4);
  LAYOUT (3) w_layout = NEW_LAYOUT (3);
  LAYOUT (4) y_layout = NEW_LAYOUT (4);
  TURNED_VIEW view = NEW_TURNED_VIEW;
  SUM_MATRIX sums = NO_SUMS, gates = NO_SUMS;
  X_MATRIX x;
  W_MATRIX w;

  for (uint i = 0; i < part_count (); i++)
    {
      Part part = find_part (i);
      int panel = int (corner.w / GS_MATMUL_PANEL), half_panels = int (panels / 2);

      x_layout = setTensorLayoutDimensionNV (x_layout, pictures, p.height, p.width, part.channels);
      w_layout = setTensorLayoutDimensionNV (w_layout, panels, part.depth, GS_MATMUL_PANEL);
      for (uint channel = 0; channel < part.channels; channel += DEPTH)
        {
          int k = int (part.k + channel);

          coopMatLoadTensorNV (x, AT (part.x),
                               sliceTensorLayoutNV (x_layout, int (corner.x), BOX_PICTURES,
                                                    int (corner.y) + part.top, BOX_HEIGHT,
                                                    int (corner.z) + part.left, BOX_WIDTH,
                                                    int (channel), DEPTH));
          coopMatLoadTensorNV (w, AT (part.w),
                               sliceTensorLayoutNV (w_layout, panel, WIDTH / GS_MATMUL_PANEL, k, DEPTH,
                                                    0, GS_MATMUL_PANEL), view);
          sums = coopMatMulAdd (x, w, sums);
          if (PAIRS)
            {
              coopMatLoadTensorNV (w, AT (part.w),
                                   sliceTensorLayoutNV (w_layout, panel + half_panels,
                                                        WIDTH / GS_MATMUL_PANEL, k, DEPTH,
                                                        0, GS_MATMUL_PANEL), view);
              gates = coopMatMulAdd (x, w, gates);
            }
        }
    }

  coopMatPerElementNV (sums, sums, finished, corner);
  if (PAIRS)
    {
      coopMatPerElementNV (gates, gates, gate, corner);
      for (uint i = 0; i < sums.length (); i++)
        sums[i] *= gates[i];
    }
  y_layout = setTensorLayoutDimensionNV (y_layout, pictures, p.y_height, p.y_width, y_columns);
  coopMatStoreTensorNV (HALFS (sums), AT (p.y),
                        sliceTensorLayoutNV (y_layout, int (corner.x), BOX_PICTURES, int (corner.y),
                                             BOX_HEIGHT, int (corner.z), BOX_WIDTH, int (corner.w),
                                             WIDTH));
}
