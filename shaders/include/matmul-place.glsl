/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the kernels for GPUs find x[m][k] and w[k][n]: a row of y knows its first tap, and a cursor
 * runs along k without divisions. PART_FOURS: fours of channels that a kernel reads at a time. */

struct Row
{
  int  left, top; /* of x, where the first tap lies; far outside for rows beyond the last */
  uint image;
};

Row find_row (uint row)
{
  uint line = row / p.y_width, image = line / p.y_height;
  int left = int ((row - line * p.y_width) * p.stride) - int (p.pad);
  int top = int ((line - image * p.y_height) * p.stride) - int (p.pad);

  return Row (left, row < p.rows ? top : -0x10000, image);
}

struct Cursor
{
  uint part;   /* of a pixel's channels       */
  uint kx, ky; /* the tap; ky == kernel: the shortcut or, without one, the end */
};

/* Takes a cursor that went beyond a pixel's parts to the taps that follow. */
void settle (inout Cursor cursor)
{
  uint parts = p.channels / (4 * PART_FOURS);

  while (cursor.part >= parts && cursor.ky < p.kernel)
    {
      cursor.part -= parts;
      cursor.kx++;
      if (cursor.kx == p.kernel)
        {
          cursor.kx = 0;
          cursor.ky++;
        }
    }
}

/* Where the part under a tap of a row lies; FALSE if there is none, which stands for zeros. */
bool find_part (Row row, Cursor cursor, out uint64_t place)
{
  bool own = !HAS_SHORTCUT || cursor.ky < p.kernel;
  uint x = uint (row.left + int (own ? cursor.kx : p.pad));
  uint y = uint (row.top + int (own ? cursor.ky : p.pad));
  uint pixel = pixel_at (row.image, x, y), four = PART_FOURS * cursor.part;

  place = own ? four_at (pixel, four) : shortcut_four_at (pixel, four);
  return x < p.width && y < p.height
         && (own ? cursor.ky < p.kernel : four * 4 < SHORTCUT_OF_CALL.channels);
}

/* All k of a column. */
uint total_depth (uint depth)
{
  return HAS_SHORTCUT ? depth + SHORTCUT_OF_CALL.channels : depth;
}

/* Weights of k from one product's or the shortcut's panels: where they begin, how deep they are, and
 * k in them. */
struct Weights
{
  uint64_t at;
  uint     channels, taps, depth, k;
};

Weights find_weights (uint k, uint depth)
{
  if (!HAS_SHORTCUT || k < depth)
    return Weights (p.w, p.channels, p.kernel * p.kernel, depth, k);
  return Weights (SHORTCUT_OF_CALL.w, SHORTCUT_OF_CALL.channels, 1, SHORTCUT_OF_CALL.channels,
                  k - depth);
}

/* Of weights in blocks, where a panel's group of a channel begins. */
uint64_t group_at (Weights w, uint panel, uint channel)
{
  return w.at + uint64_t (panel * (w.channels / 32) + channel / 32) * quant_group_bytes (w.taps);
}
