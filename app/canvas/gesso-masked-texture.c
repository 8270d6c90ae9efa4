/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Row by row of the texture, with the mask of the row that it lies on. */
#include "config.h"

#include "gesso-masked-texture.h"

#include "document/gesso-blend.h"

/* Premultiplied pixels times one value, in whatever order their bytes are. */
static void
fade (guint8 *pixel, guint8 by)
{
  for (guint c = 0; c < 4; c++)
    pixel[c] = (guint8) gesso_multiply_8 (pixel[c], by);
}

GdkTexture *
gesso_masked_texture_new (GdkTexture         *texture,
                          const GdkRectangle *area,
                          const GessoTiles   *mask)
{
  int width = gdk_texture_get_width (texture), height = gdk_texture_get_height (texture);
  gsize stride = (gsize) width * 4;
  guint8 *pixels = g_malloc (stride * (gsize) height);
  g_autofree guint8 *line = g_malloc ((gsize) MAX (area->width, 1));
  g_autoptr (GBytes) bytes = NULL;

  gdk_texture_download (texture, pixels, stride);
  for (int y = 0; y < height; y++)
    {
      const GdkRectangle row = { area->x,
                                 area->y + (int) (((gint64) 2 * y + 1) * area->height / (2 * height)),
                                 area->width, 1 };

      gesso_tiles_read (mask, &row, line, (gsize) area->width);
      for (int x = 0; x < width; x++)
        fade (pixels + (gsize) y * stride + (gsize) x * 4,
              line[((gint64) 2 * x + 1) * area->width / (2 * width)]);
    }
  bytes = g_bytes_new_take (pixels, stride * (gsize) height);

  return gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, stride);
}
