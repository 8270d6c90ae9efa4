/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tiles to textures and back: the bytes are the same but for their order. */
#include "config.h"

#include "gesso-texture.h"

#include "gesso-composite.h"

/* gdk_texture_download() gives premultiplied cairo pixels: in a 32-bit word 0xAARRGGBB. */
static void
reorder (guint8 *pixels, gsize n)
{
  for (gsize i = 0; i < n; i++, pixels += 4)
    {
      guint32 word = *(const guint32 *) (gconstpointer) pixels;

      pixels[0] = (guint8) (word >> 16);
      pixels[1] = (guint8) (word >> 8);
      pixels[2] = (guint8) word;
      pixels[3] = (guint8) (word >> 24);
    }
}

GessoTiles *
gesso_texture_to_tiles (GdkTexture *texture)
{
  gsize width = (gsize) gdk_texture_get_width (texture);
  gsize height = (gsize) gdk_texture_get_height (texture);
  g_autofree guint8 *pixels = g_malloc (width * height * 4);
  const GdkRectangle area = { 0, 0, (int) MIN (width, GESSO_MAX_SIZE),
                              (int) MIN (height, GESSO_MAX_SIZE) };
  GessoTiles *tiles = gesso_tiles_new (4);

  gdk_texture_download (texture, pixels, width * 4);
  reorder (pixels, width * height);
  gesso_tiles_write (tiles, &area, pixels, width * 4);

  return tiles;
}

static GdkTexture *
new_texture (GBytes *bytes, int width, int height)
{
  return gdk_memory_texture_new (width, height, GDK_MEMORY_R8G8B8A8_PREMULTIPLIED, bytes,
                                 (gsize) width * 4);
}

GdkTexture *
gesso_texture_from_tile (const GessoTiles *tiles, int i, int j)
{
  g_autoptr (GBytes) bytes = gesso_tiles_dup_tile (tiles, i, j);

  g_assert (gesso_tiles_get_n_channels (tiles) == 4);
  return bytes ? new_texture (bytes, GESSO_TILE_SIZE, GESSO_TILE_SIZE) : NULL;
}

GdkTexture *
gesso_texture_from_snapshot (GessoSnapshot *snapshot, const GdkRectangle *area)
{
  gsize stride = (gsize) area->width * 4;
  guint8 *pixels = g_malloc (stride * (gsize) area->height);
  g_autoptr (GBytes) bytes = g_bytes_new_take (pixels, stride * (gsize) area->height);

  gesso_composite ((GessoLayerState *const *) snapshot->layers->pdata, snapshot->layers->len, area,
                   pixels, stride);
  return new_texture (bytes, area->width, area->height);
}
