/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small look at a layer. */
#include "canvas/gesso-layer-look.h"

#include <string.h>

static guint32 *
download (GdkTexture *texture)
{
  guint32 *words =
      g_new (guint32, gdk_texture_get_width (texture) * gdk_texture_get_height (texture));

  gdk_texture_download (texture, (guchar *) words, (gsize) gdk_texture_get_width (texture) * 4);
  return words;
}

/* A layer that lies elsewhere: its lower right quarter of the picture is red, all else is empty. */
static void
test_colors (void)
{
  const GdkRectangle quarter = { 0, 0, 200, 100 };
  const guint8 red[4] = { 255, 0, 0, 255 };
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  g_autoptr (GessoLayer) layer = NULL;
  g_autoptr (GdkTexture) look = NULL;
  g_autofree guint32 *words = NULL;

  gesso_tiles_fill (tiles, &quarter, red);
  layer = gesso_layer_new (GESSO_LAYER_RASTER, "Red", tiles);
  gesso_layer_set_offset (layer, 200, 100);
  look = gesso_layer_look (layer, 400, 200, 40);
  g_assert_cmpint (gdk_texture_get_width (look), ==, 40);
  g_assert_cmpint (gdk_texture_get_height (look), ==, 20);
  words = download (look);
  for (int y = 0; y < 20; y++)
    for (int x = 0; x < 40; x++)
      g_assert_cmphex (words[y * 40 + x], ==, x >= 20 && y >= 10 ? 0xffff0000 : 0);
}

/* In grey, where nothing is masked black; a picture that is a line still has a look. */
static void
test_mask (void)
{
  const GdkRectangle left = { 0, 0, 500, 1 };
  const guint8 half = 128;
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (1);
  g_autoptr (GessoLayer) layer = NULL;
  g_autoptr (GdkTexture) look = NULL;
  g_autofree guint32 *words = NULL;

  gesso_tiles_fill (tiles, &left, &half);
  layer = gesso_layer_new (GESSO_LAYER_MASK, "Mask", tiles);
  look = gesso_layer_look (layer, 1000, 1, 10);
  g_assert_cmpint (gdk_texture_get_width (look), ==, 10);
  g_assert_cmpint (gdk_texture_get_height (look), ==, 1);
  words = download (look);
  for (int x = 0; x < 10; x++)
    g_assert_cmphex (words[x], ==, x < 5 ? 0xff808080 : 0xff000000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/layer-look/colors", test_colors);
  g_test_add_func ("/app/layer-look/mask", test_mask);
  return g_test_run ();
}
