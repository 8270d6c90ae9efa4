/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GTK gives and takes pixels in its own order; scaling is done by GdkPixbuf. */
#include "config.h"

#include "gesso-texture-tiles.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

/* GTK 4.8 gives only its own order of bytes, as words 0xAARRGGBB, premultiplied. */
static guint8 *
download (GdkTexture *texture, int width, int height)
{
  gsize n = (gsize) width * (gsize) height;
  guint8 *pixels = g_malloc (n * 4);

  gdk_texture_download (texture, pixels, (gsize) width * 4);
  for (gsize k = 0; k < n; k++)
    {
      guint32 word = ((guint32 *) (gpointer) pixels)[k];

      pixels[4 * k] = (guint8) (word >> 16);
      pixels[4 * k + 1] = (guint8) (word >> 8);
      pixels[4 * k + 2] = (guint8) word;
      pixels[4 * k + 3] = (guint8) (word >> 24);
    }

  return pixels;
}

static void
free_pixels (guint8 *pixels, gpointer data)
{
  g_free (pixels);
}

/* Takes RGBA, premultiplied as scaling wants it, and gives it in another size. */
static GdkPixbuf *
scale (guint8 *pixels, int own_width, int own_height, int width, int height)
{
  g_autoptr (GdkPixbuf) own = gdk_pixbuf_new_from_data (pixels, GDK_COLORSPACE_RGB, TRUE, 8, own_width, own_height,
                                                        own_width * 4, free_pixels, NULL);

  if (own_width == width && own_height == height)
    return g_steal_pointer (&own);

  return gdk_pixbuf_scale_simple (own, width, height, GDK_INTERP_BILINEAR);
}

GessoTiles *
gesso_texture_scale_to_tiles (GdkTexture *texture, int width, int height)
{
  const GdkRectangle area = { 0, 0, width, height };
  int own_width = gdk_texture_get_width (texture), own_height = gdk_texture_get_height (texture);
  g_autoptr (GdkPixbuf) pixbuf =
      scale (download (texture, own_width, own_height), own_width, own_height, width, height);
  GessoTiles *tiles = gesso_tiles_new (4);

  if (pixbuf)
    gesso_tiles_write (tiles, &area, gdk_pixbuf_read_pixels (pixbuf),
                       (gsize) gdk_pixbuf_get_rowstride (pixbuf));

  return tiles;
}

GessoTiles *
gesso_tiles_to_mask (const GessoTiles *tiles, int own_width, int own_height, int width, int height)
{
  const gsize stride = (gsize) own_width * 4;
  guint8 *pixels = g_malloc (stride * (gsize) own_height);
  GessoTiles *mask = gesso_tiles_new (1);
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  g_autofree guint8 *line = g_malloc ((gsize) width);

  gesso_tiles_read (tiles, &(GdkRectangle) { 0, 0, own_width, own_height }, pixels, stride);
  pixbuf = scale (pixels, own_width, own_height, width, height);
  for (int y = 0; pixbuf && y < height; y++)
    {
      const GdkRectangle row = { 0, y, width, 1 };
      const guint8 *pixel = gdk_pixbuf_read_pixels (pixbuf) +
                            (gsize) y * (gsize) gdk_pixbuf_get_rowstride (pixbuf);

      /* Rec. 709 weights, of 256. */
      for (int x = 0; x < width; x++, pixel += 4)
        line[x] = (guint8) ((pixel[0] * 54u + pixel[1] * 184u + pixel[2] * 18u + 128) >> 8);
      gesso_tiles_write (mask, &row, line, (gsize) width);
    }

  return mask;
}

GdkTexture *
gesso_texture_from_painting (GessoPainting *painting, const GdkRectangle *area)
{
  const GdkRectangle picture = { 0, 0, (int) gesso_painting_get_width (painting),
                                 (int) gesso_painting_get_height (painting) };
  gsize stride = (gsize) area->width * 4;
  guint8 *pixels = g_malloc0 (stride * (gsize) area->height);
  g_autoptr (GBytes) bytes = NULL;
  GdkRectangle inside;

  /* What lies past the picture's edge is not part of it, even where layers reach out. */
  if (gdk_rectangle_intersect (&picture, area, &inside))
    gesso_painting_composite (painting, &inside,
                              pixels + (gsize) (inside.y - area->y) * stride +
                                  (gsize) (inside.x - area->x) * 4,
                              stride);
  bytes = g_bytes_new_take (pixels, stride * (gsize) area->height);

  return gdk_memory_texture_new (area->width, area->height, GDK_MEMORY_R8G8B8A8_PREMULTIPLIED,
                                 bytes, stride);
}
