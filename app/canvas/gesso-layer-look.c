/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every pixel of the look is the mean of 2 x 2 samples of its part of the picture. */
#include "config.h"

#include "gesso-layer-look.h"

#define SIZE GESSO_TILE_SIZE
#define SAMPLES 2 /* to each side */

/* Adds what is at (x, y) of a plane to sums of 4 channels. */
static void
add_sample (const GessoTiles *tiles, int x, int y, guint *sums)
{
  guint n_channels = gesso_tiles_get_n_channels (tiles);
  int i = gesso_tile_of (x), j = gesso_tile_of (y);
  const guint8 *tile = gesso_tiles_peek (tiles, i, j);
  const guint8 *pixel;

  if (n_channels == 1)
    sums[3] += 255;
  if (tile == NULL)
    return;

  pixel = tile + ((gsize) (y - j * SIZE) * SIZE + (gsize) (x - i * SIZE)) * n_channels;
  for (guint c = 0; c < (n_channels == 1 ? 3 : 4); c++)
    sums[c] += pixel[n_channels == 1 ? 0 : c];
}

GdkTexture *
gesso_layer_look (GessoLayer *layer, guint width, guint height, int size)
{
  double scale = (double) MAX (width, height) / size;
  int look_width = MAX ((int) (width / scale), 1), look_height = MAX ((int) (height / scale), 1);
  gsize n_bytes = (gsize) look_width * (gsize) look_height * 4;
  guint8 *pixels = g_malloc (n_bytes), *out = pixels;
  g_autoptr (GBytes) bytes = g_bytes_new_take (pixels, n_bytes);
  GessoTiles *tiles = gesso_layer_get_tiles (layer);
  int left, top;

  gesso_layer_get_offset (layer, &left, &top);
  for (int y = 0; y < look_height; y++)
    for (int x = 0; x < look_width; x++, out += 4)
      {
        guint sums[4] = { 0 };

        for (int v = 0; v < SAMPLES; v++)
          for (int u = 0; u < SAMPLES; u++)
            {
              double at_x = (x + (u + 0.5) / SAMPLES) * width / look_width;
              double at_y = (y + (v + 0.5) / SAMPLES) * height / look_height;

              add_sample (tiles, (int) at_x - left, (int) at_y - top, sums);
            }
        for (guint c = 0; c < 4; c++)
          out[c] = (guint8) (sums[c] / (SAMPLES * SAMPLES));
      }

  return gdk_memory_texture_new (look_width, look_height, GDK_MEMORY_R8G8B8A8_PREMULTIPLIED, bytes,
                                 (gsize) look_width * 4);
}
