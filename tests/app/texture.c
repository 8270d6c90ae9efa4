/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tiles and textures of each other hold the same pixels. */
#include "document/gesso-texture.h"

#include <string.h>

static GessoTiles *
new_tiles (void)
{
  GessoTiles *tiles = gesso_tiles_new (4);
  guint8 pixels[100 * 70 * 4];

  for (guint i = 0; i < 100 * 70; i++)
    {
      guint8 alpha = (guint8) (i * 7);

      pixels[4 * i] = alpha / 2;
      pixels[4 * i + 1] = alpha / 3;
      pixels[4 * i + 2] = alpha;
      pixels[4 * i + 3] = alpha;
    }
  gesso_tiles_write (tiles, &(GdkRectangle) { 0, 0, 100, 70 }, pixels, 400);

  return tiles;
}

static void
test_there_and_back (void)
{
  g_autoptr (GessoSnapshot) snapshot = gesso_snapshot_new (100, 70);
  GessoLayerState *layer = gesso_layer_state_new (GESSO_LAYER_RASTER, "layer");
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GessoTiles) back = NULL;

  gesso_tiles_unref (layer->tiles);
  layer->tiles = new_tiles ();
  layer->x = 10;
  g_ptr_array_add (snapshot->layers, layer);
  texture = gesso_texture_from_snapshot (snapshot, &(GdkRectangle) { 10, 0, 100, 70 });
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 100);
  g_assert_cmpint (gdk_texture_get_height (texture), ==, 70);
  back = gesso_texture_to_tiles (texture);
  g_assert_true (gesso_tiles_equal (back, layer->tiles));
}

/* A texture of a tile stays what it was. */
static void
test_tile (void)
{
  g_autoptr (GessoTiles) tiles = new_tiles ();
  g_autoptr (GdkTexture) texture = gesso_texture_from_tile (tiles, 0, 0);
  g_autoptr (GessoTiles) before = gesso_tiles_new (4);
  g_autoptr (GessoTiles) back = NULL;

  gesso_tiles_share (before, 0, 0, tiles, 0, 0);
  memset (gesso_tiles_edit (tiles, 0, 0), 255, 400);
  back = gesso_texture_to_tiles (texture);
  g_assert_true (gesso_tiles_equal (back, before));
  g_assert_null (gesso_texture_from_tile (tiles, 5, 5));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/texture/there-and-back", test_there_and_back);
  g_test_add_func ("/app/texture/tile", test_tile);

  return g_test_run ();
}
