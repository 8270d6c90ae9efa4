/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the kernels for GPUs find x[m][k]: a row of y knows its first tap, and a cursor runs along k
 * without divisions. */

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
  uint kx, ky; /* the tap; ky == kernel: end  */
};

/* Takes a cursor that went beyond a pixel's parts to the taps that follow. */
void settle (inout Cursor cursor, uint parts)
{
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

/* The pixel of x under a tap of a row; FALSE if it is none, which stands for zeros. */
bool find_pixel (Row row, Cursor cursor, out uint pixel)
{
  uint x = uint (row.left + int (cursor.kx)), y = uint (row.top + int (cursor.ky));

  pixel = pixel_at (row.image, x, y);
  return x < p.width && y < p.height && cursor.ky < p.kernel;
}
