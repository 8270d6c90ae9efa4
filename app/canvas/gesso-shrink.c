/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pixels are moved as words. */
#include "config.h"

#include "gesso-shrink.h"

#include <string.h>

/* Two rows of 2 * n pixels become one of n. A pixel is a word: its bytes are summed two at a time,
 * in the halves of words of 32 bits, where four of 255 have room. to may be a. */
static void
halve_rows (const guint32 *a, const guint32 *b, guint32 *to, guint n)
{
  const guint32 low = 0x00ff00ff, two = 0x00020002;

  for (guint x = 0; x < n; x++)
    {
      guint32 even = (a[2 * x] & low) + (a[2 * x + 1] & low) + (b[2 * x] & low) +
                     (b[2 * x + 1] & low) + two;
      guint32 odd = (a[2 * x] >> 8 & low) + (a[2 * x + 1] >> 8 & low) + (b[2 * x] >> 8 & low) +
                    (b[2 * x + 1] >> 8 & low) + two;

      to[x] = (even >> 2 & low) | (odd >> 2 & low) << 8;
    }
}

void
gesso_shrink (guint8 *pixels, guint width, guint height, guint times)
{
  guint32 *words = (guint32 *) (gpointer) pixels;

  for (; times > 0; times--, width /= 2, height /= 2)
    for (guint y = 0; y < height / 2; y++)
      halve_rows (words + (gsize) 2 * y * width, words + (gsize) (2 * y + 1) * width,
                  words + (gsize) y * (width / 2), width / 2);
}

void
gesso_enlarge (const guint8 *from,
               gsize         from_stride,
               guint         width,
               guint         height,
               guint         size,
               guint8       *to,
               gsize         to_stride)
{
  for (guint y = 0; y < height; y++)
    {
      const guint32 *in = (const guint32 *) (gconstpointer) (from + y * from_stride);
      guint8 *row = to + (gsize) y * size * to_stride;
      guint32 *out = (guint32 *) (gpointer) row;

      for (guint x = 0; x < width; x++)
        for (guint k = 0; k < size; k++)
          *out++ = in[x];
      for (guint k = 1; k < size; k++)
        memcpy (row + k * to_stride, row, (gsize) width * size * 4);
    }
}
