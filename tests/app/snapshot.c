/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a snapshot counts as painted. Its equality is what other tests rest on. */
#include "document/gesso-painting.h"

#define WIDTH 300
#define HEIGHT 200

static const GdkRectangle whole = { 0, 0, WIDTH, HEIGHT };
static const guint8 white[4] = { 255, 255, 255, 255 }, red[4] = { 255, 0, 0, 255 };

static gboolean
is_painted (GessoPainting *painting, const GdkRectangle *area)
{
  g_autoptr (GessoSnapshot) snapshot = gesso_painting_snapshot (painting);

  return gesso_snapshot_is_painted (snapshot, area);
}

static GessoLayer *
add_layer (GessoPainting *painting, GessoLayerKind kind, const GdkRectangle *area, const guint8 *pixel)
{
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (kind == GESSO_LAYER_MASK ? 1 : 4);
  g_autoptr (GessoLayer) layer = NULL;

  if (area)
    gesso_tiles_fill (tiles, area, pixel);
  layer = gesso_layer_new (kind, "Layer", tiles);
  g_assert_true (gesso_painting_add_layer (painting, layer, 0));

  return layer;
}

static void
paint_dot (GessoPainting *painting, GessoLayer *layer, int x, int y)
{
  GError *error = NULL;
  GessoTiles *tiles;

  gesso_painting_begin (painting, "Dot");
  tiles = gesso_painting_edit (painting, layer, &error);
  g_assert_no_error (error);
  gesso_tiles_fill (tiles, &(GdkRectangle) { x, y, 1, 1 }, red);
  gesso_painting_end (painting);
}

/* A ground of one colour, masks, and what was generated are not. */
static void
test_plain (void)
{
  g_autoptr (GessoPainting) painting = gesso_painting_new (WIDTH, HEIGHT);
  const GdkRectangle part = { 30, 30, 80, 40 };

  g_assert_false (is_painted (painting, &whole));
  add_layer (painting, GESSO_LAYER_RASTER, NULL, NULL);
  g_assert_false (is_painted (painting, &whole));
  add_layer (painting, GESSO_LAYER_RASTER, &whole, white);
  g_assert_false (is_painted (painting, &whole));
  add_layer (painting, GESSO_LAYER_MASK, &part, white);
  add_layer (painting, GESSO_LAYER_GENERATED, &part, red);
  g_assert_false (is_painted (painting, &whole));
}

/* One dot is enough, where it is seen and in the area, on each side of each tile's edge. */
static void
test_dot (void)
{
  const int places[] = { 0, 63, 64, 127, 128, 191, 192, 255, 256, WIDTH - 1 };

  for (guint k = 0; k < G_N_ELEMENTS (places); k++)
    {
      g_autoptr (GessoPainting) painting = gesso_painting_new (WIDTH, HEIGHT);
      GessoLayer *layer = add_layer (painting, GESSO_LAYER_RASTER, &whole, white);
      const int x = places[k], y = MIN (places[k], HEIGHT - 1);
      const GdkRectangle right = { x + 1, 0, 40, HEIGHT }, at = { x - 20, y, 40, 8 };

      paint_dot (painting, layer, x, y);
      g_assert_true (is_painted (painting, &whole));
      g_assert_true (is_painted (painting, &at));
      if (x + 41 < WIDTH)
        g_assert_false (is_painted (painting, &right));
      gesso_layer_set_visible (layer, FALSE);
      g_assert_false (is_painted (painting, &whole));
      gesso_layer_set_visible (layer, TRUE);
      gesso_layer_set_opacity (layer, 0);
      g_assert_false (is_painted (painting, &whole));
      g_assert_true (gesso_painting_undo (painting));
    }
}

static void
test_offset (void)
{
  g_autoptr (GessoPainting) painting = gesso_painting_new (WIDTH, HEIGHT);
  GessoLayer *layer = add_layer (painting, GESSO_LAYER_RASTER, &(GdkRectangle) { 5, 5, 1, 1 }, red);

  g_assert_true (gesso_painting_move_layer (painting, layer, 100, 90, NULL));
  g_assert_true (is_painted (painting, &(GdkRectangle) { 100, 90, 8, 8 }));
  g_assert_false (is_painted (painting, &(GdkRectangle) { 0, 0, 64, 64 }));
}

/* Painted on, a generated layer is the artist's, with its recipe; undone it is as it was. */
static void
test_painted_on (void)
{
  g_autoptr (GessoPainting) painting = gesso_painting_new (WIDTH, HEIGHT);
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  g_autoptr (GessoCandidate) candidate = NULL;
  GessoLayer *layer;

  gesso_tiles_fill (tiles, &whole, white);
  candidate = gesso_candidate_new (tiles, &whole, "{\"seed\": 5}");
  gesso_painting_add_candidate (painting, candidate);
  layer = gesso_painting_accept_candidate (painting, candidate, "A boat");
  g_assert_false (is_painted (painting, &whole));

  paint_dot (painting, layer, 10, 10);
  g_assert_cmpint (gesso_layer_get_kind (layer), ==, GESSO_LAYER_RASTER);
  g_assert_cmpstr (gesso_layer_get_recipe (layer), ==, "{\"seed\": 5}");
  g_assert_true (is_painted (painting, &whole));
  g_assert_true (gesso_painting_undo (painting));
  g_assert_cmpint (gesso_layer_get_kind (layer), ==, GESSO_LAYER_GENERATED);
  g_assert_false (is_painted (painting, &whole));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/snapshot/plain", test_plain);
  g_test_add_func ("/app/snapshot/dot", test_dot);
  g_test_add_func ("/app/snapshot/offset", test_offset);
  g_test_add_func ("/app/snapshot/painted-on", test_painted_on);

  return g_test_run ();
}
