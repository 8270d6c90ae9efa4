/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A band is as high as a tile, for a picture may be larger than one likes to have twice. */
#include "config.h"

#include "gesso-picture-pixels.h"

#include "document/gesso-blend.h"

#define SAMPLES 4 /* across and down, of a pixel of the look */

/* One row as premultiplied RGBA. */
static void
read_row (const GsImage *image, guint y, guint8 *to)
{
  const guint n = image->channels;
  const guint8 *from = image->pixels + (gsize) y * image->width * n;

  for (guint x = 0; x < image->width; x++, from += n, to += 4)
    {
      const guint8 alpha = n % 2 == 0 ? from[n - 1] : 255;

      for (guint c = 0; c < 3; c++)
        to[c] = (guint8) gesso_multiply_8 (from[n >= 3 ? c : 0], alpha);
      to[3] = alpha;
    }
}

GessoTiles *
gesso_tiles_from_image (const GsImage *image)
{
  const gsize stride = (gsize) image->width * 4;
  g_autofree guint8 *band = g_malloc (stride * GESSO_TILE_SIZE);
  GessoTiles *tiles = gesso_tiles_new (4);

  for (guint y = 0; y < image->height; y += GESSO_TILE_SIZE)
    {
      const guint n_rows = MIN (GESSO_TILE_SIZE, image->height - y);
      const GdkRectangle area = { 0, (int) y, (int) image->width, (int) n_rows };

      for (guint row = 0; row < n_rows; row++)
        read_row (image, y + row, band + row * stride);
      gesso_tiles_write (tiles, &area, band, stride);
    }

  return tiles;
}

GsImage *
gesso_tiles_to_image (const GessoTiles *tiles, guint width, guint height)
{
  const gsize stride = (gsize) width * 4;
  g_autofree guint8 *band = g_malloc (stride * GESSO_TILE_SIZE);
  GsImage *image = gs_image_new (width, height, 3);

  for (guint y = 0; y < height; y += GESSO_TILE_SIZE)
    {
      const guint n_rows = MIN (GESSO_TILE_SIZE, height - y);
      const GdkRectangle area = { 0, (int) y, (int) width, (int) n_rows };
      guint8 *to = image->pixels + (gsize) y * width * 3;
      const guint8 *from = band;

      gesso_tiles_read (tiles, &area, band, stride);
      for (gsize i = 0; i < (gsize) width * n_rows; i++, from += 4, to += 3)
        for (guint c = 0; c < 3; c++)
          to[c] = (guint8) MIN (255, from[c] + 255 - from[3]);
    }

  return image;
}

GdkTexture *
gesso_image_look (const GsImage *image, guint size)
{
  const guint longer = MAX (image->width, image->height);
  const guint width = longer > size ? MAX (image->width * size / longer, 1) : image->width;
  const guint height = longer > size ? MAX (image->height * size / longer, 1) : image->height;
  guint8 *pixels = g_malloc ((gsize) width * height * 3);
  g_autoptr (GBytes) bytes = g_bytes_new_take (pixels, (gsize) width * height * 3);

  g_assert (image->channels == 3);
  for (guint k = 0; k < width * height; k++)
    for (guint c = 0; c < 3; c++)
      {
        guint sum = SAMPLES * SAMPLES / 2;

        for (guint s = 0; s < SAMPLES * SAMPLES; s++)
          {
            const gsize x = (gsize) (k % width * SAMPLES + s % SAMPLES) * image->width / (width * SAMPLES);
            const gsize y = (gsize) (k / width * SAMPLES + s / SAMPLES) * image->height / (height * SAMPLES);

            sum += image->pixels[(y * image->width + x) * 3 + c];
          }
        pixels[k * 3 + c] = (guint8) (sum / (SAMPLES * SAMPLES));
      }

  return gdk_memory_texture_new ((int) width, (int) height, GDK_MEMORY_R8G8B8, bytes, (gsize) width * 3);
}
