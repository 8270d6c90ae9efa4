/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flattening: against pixel by pixel, as tiles, and what is not looked at. */
#include "document/gesso-composite.h"

#include <string.h>

static GessoLayerState *
new_layer (GRand *rand, guint i)
{
  GessoLayerState *layer =
      gesso_layer_state_new (i == 2 ? GESSO_LAYER_MASK : GESSO_LAYER_RASTER, "layer");
  guint n_channels = gesso_tiles_get_n_channels (layer->tiles);
  g_autofree guint8 *pixels = g_malloc (150 * 100 * 4);

  layer->x = g_rand_int_range (rand, -100, 100);
  layer->y = g_rand_int_range (rand, -100, 100);
  layer->blend = i % GESSO_N_BLENDS;
  layer->opacity = i == 4 ? 0 : i % 2 ? 1 : g_rand_double (rand);
  layer->visible = i != 3;
  for (guint k = 0; k < 150 * 100; k++)
    {
      guint8 alpha = (guint8) g_rand_int (rand);

      for (guint c = 0; c < n_channels; c++)
        pixels[k * n_channels + c] = c == 3 ? alpha : (guint8) g_rand_int_range (rand, 0, alpha + 1);
    }
  gesso_tiles_write (layer->tiles, &(GdkRectangle) { -30, 10, 150, 100 }, pixels, 150 * n_channels);

  return layer;
}

/* One pixel of one layer after the other. */
static void
composite_pixel (GessoSnapshot *snapshot, int x, int y, guint8 *out)
{
  memset (out, 0, 4);
  for (guint i = snapshot->layers->len; i > 0; i--)
    {
      GessoLayerState *layer = g_ptr_array_index (snapshot->layers, i - 1);
      guint8 pixel[4];

      if (!layer->visible || layer->kind == GESSO_LAYER_MASK)
        continue;
      gesso_tiles_read (layer->tiles, &(GdkRectangle) { x - layer->x, y - layer->y, 1, 1 }, pixel, 4);
      gesso_blend_pixels (layer->blend, out, pixel, 1, (guint8) (layer->opacity * 255 + 0.5));
    }
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint round = 0; round < 10; round++)
    {
      g_autoptr (GessoSnapshot) snapshot = gesso_snapshot_new (200, 150);
      const GdkRectangle area = { -50 + (int) round, -40, 211, 170 };
      g_autofree guint8 *flat = g_malloc (211 * 170 * 4);
      g_autofree guint8 *read = g_malloc (211 * 170 * 4);
      g_autoptr (GessoTiles) tiles = NULL;

      for (guint i = 0; i < 9; i++)
        g_ptr_array_add (snapshot->layers, new_layer (rand, i));
      gesso_composite ((GessoLayerState *const *) snapshot->layers->pdata, 9, &area, flat, 211 * 4);
      for (int y = 0; y < 170; y++)
        for (int x = 0; x < 211; x++)
          {
            guint8 expected[4];

            composite_pixel (snapshot, area.x + x, area.y + y, expected);
            g_assert_cmpmem (flat + (y * 211 + x) * 4, 4, expected, 4);
          }

      tiles = gesso_composite_tiles (snapshot, &area);
      gesso_tiles_read (tiles, &(GdkRectangle) { 0, 0, 211, 170 }, read, 211 * 4);
      g_assert_cmpmem (read, 211 * 170 * 4, flat, 211 * 170 * 4);
    }
}

/* A plain layer by itself is shared, not copied; nothing beyond the area comes along. */
static void
test_sharing (void)
{
  g_autoptr (GessoSnapshot) snapshot = gesso_snapshot_new (8192, 8192);
  GessoLayerState *layer = gesso_layer_state_new (GESSO_LAYER_RASTER, "layer");
  const guint8 red[4] = { 255, 0, 0, 255 };
  g_autoptr (GessoTiles) all = NULL;
  g_autoptr (GessoTiles) part = NULL;
  GdkRectangle bounds;

  gesso_tiles_fill (layer->tiles, &(GdkRectangle) { 0, 0, 8192, 8192 }, red);
  layer->x = 64;
  g_ptr_array_add (snapshot->layers, layer);
  all = gesso_composite_tiles (snapshot, &(GdkRectangle) { 0, 0, 8192, 8192 });
  g_assert_cmpuint (gesso_tiles_count (all), ==, 127 * 128);
  g_assert_cmpuint (gesso_tiles_count_distinct (all), ==, 1);
  part = gesso_composite_tiles (snapshot, &(GdkRectangle) { 1000, 1000, 100, 70 });
  gesso_tiles_get_bounds (part, &bounds);
  g_assert_true (gdk_rectangle_equal (&bounds, &(GdkRectangle) { 0, 0, 100, 70 }));
}

static void
test_pick (void)
{
  GessoLayerState *layer = gesso_layer_state_new (GESSO_LAYER_RASTER, "layer");
  const guint8 half[4] = { 100, 50, 0, 128 };
  guint8 rgba[4];

  gesso_tiles_fill (layer->tiles, &(GdkRectangle) { 0, 0, 1, 1 }, half);
  gesso_composite_pick (&layer, 1, 0, 0, rgba);
  g_assert_cmpmem (rgba, 4, "\xc7\x64\0\x80", 4);
  gesso_composite_pick (&layer, 1, -1, 0, rgba);
  g_assert_cmpmem (rgba, 4, "\0\0\0\0", 4);
  gesso_layer_state_unref (layer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/composite/random", test_random);
  g_test_add_func ("/app/composite/sharing", test_sharing);
  g_test_add_func ("/app/composite/pick", test_pick);

  return g_test_run ();
}
