/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strokes: their coverage against a naive reference in double, and what they leave on a layer. */
#include "config.h"

#include "canvas/gesso-dab.h"
#include "canvas/gesso-stroke.h"

#include <math.h>
#include <stdlib.h>

/* ---- Dabs ----------------------------------------------------------------------------------- */

static double
clamp (double x)
{
  return MIN (MAX (x, 0), 1);
}

/* The header's definition, for one dab of very many. */
static double
cover (const GessoDab *from, const GessoDab *to, double hardness, double x, double y, double at)
{
  double cx = from->x + (to->x - from->x) * at, cy = from->y + (to->y - from->y) * at;
  double thin = from->radius + (to->radius - from->radius) * at, radius = MAX (thin, 0.5);
  double strength = from->strength + (to->strength - from->strength) * at;
  double distance = hypot (x - cx, y - cy);
  double inner = MIN (hardness * radius, radius - 0.5);
  double t = clamp ((distance - inner) / (radius + 0.5 - inner));

  return (1 - t * t * (3 - 2 * t)) * MIN (thin / 0.5, 1) * strength;
}

/* The best of them all: looked for in steps, and then in smaller ones round the best. */
static double
reference (const GessoDab *from, const GessoDab *to, double hardness, double x, double y)
{
  double best = 0, best_at = 0;

  for (int k = 0; k <= 200; k++)
    if (cover (from, to, hardness, x, y, k / 200.0) > best)
      {
        best_at = k / 200.0;
        best = cover (from, to, hardness, x, y, best_at);
      }
  for (int k = -50; k <= 50; k++)
    best = MAX (best, cover (from, to, hardness, x, y, clamp (best_at + k / 10000.0)));

  return best;
}

/* tolerance: of 255. A dab of one size is exact but for rounding; one that changes takes the nearest
 * point of the line for the best one, which is at most a radius away from it. */
static void
check_dabs (GessoDab from, GessoDab to, double hardness, double tolerance)
{
  for (int y = -30; y < 60; y++)
    {
      guint8 row[120] = { 0 };
      int x1 = 0, x2 = 0;

      gesso_dab_row (&from, &to, (float) hardness, -30, y, row, 120);
      if (!gesso_dab_span (&from, &to, y, &x1, &x2))
        x1 = x2 = 0;
      for (int x = -30; x < 90; x++)
        {
          double expected = reference (&from, &to, hardness, x + 0.5, y + 0.5) * 255;

          g_assert_cmpfloat (fabs (row[x + 30] - expected), <=, tolerance);
          if (row[x + 30] > 0)
            {
              g_assert_cmpint (x, >=, x1);
              g_assert_cmpint (x, <, x2);
            }
        }
    }
}

static void
test_dab (void)
{
  const double hardnesses[] = { 0, 0.3, 0.8, 1 };

  for (guint h = 0; h < G_N_ELEMENTS (hardnesses); h++)
    {
      check_dabs ((GessoDab) { 10.3f, 11.8f, 7.5f, 1 }, (GessoDab) { 10.3f, 11.8f, 7.5f, 1 },
                  hardnesses[h], 1);
      check_dabs ((GessoDab) { 3, 4, 5, 1 }, (GessoDab) { 50, 21, 5, 1 }, hardnesses[h], 1.5);
      check_dabs ((GessoDab) { 40, 2.5f, 0.2f, 1 }, (GessoDab) { 2, 20, 0.2f, 1 }, hardnesses[h], 1.5);
      check_dabs ((GessoDab) { 5, 50, 3, 0.5f }, (GessoDab) { 5, 1, 3, 1 }, hardnesses[h],
                  255 * 0.5 / 49 * 3);
    }
}

/* ---- Strokes -------------------------------------------------------------------------------- */

static GessoPainting *
new_painting (const guint8 *ground)
{
  const GdkRectangle all = { 0, 0, 200, 150 };
  GessoPainting *painting = gesso_painting_new (200, 150);
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  g_autoptr (GessoLayer) layer = NULL;

  gesso_tiles_fill (tiles, &all, ground);
  layer = gesso_layer_new (GESSO_LAYER_RASTER, "ground", tiles);
  gesso_painting_add_layer (painting, layer, 0);

  return painting;
}

static void
draw (GessoPainting *painting, const GessoStrokeStyle *style)
{
  GessoStroke *stroke = gesso_stroke_begin (painting, gesso_painting_get_active (painting), "stroke",
                                            style, NULL);

  g_assert_nonnull (stroke);
  /* A loop that crosses itself. */
  for (int k = 0; k <= 40; k++)
    gesso_stroke_add (stroke, 100 + 60 * sin (k * G_PI / 20), 75 + 40 * sin (k * G_PI / 10), 1);
  gesso_stroke_end (stroke);
}

static void
pick (GessoPainting *painting, int x, int y, guint8 *rgba)
{
  gesso_painting_pick (painting, x, y, rgba);
}

static const guint8 white[4] = { 255, 255, 255, 255 };

static void
test_no_build_up (void)
{
  const GessoStrokeStyle style = { { 200, 0, 100, 255 }, FALSE, 20, 1, 0.5 };
  g_autoptr (GessoPainting) painting = new_painting (white);
  guint8 crossing[4], away[4];

  draw (painting, &style);
  pick (painting, 100, 75, crossing); /* where the loop crosses itself */
  pick (painting, 100 + 42, 75 + 40, away);
  for (guint c = 0; c < 4; c++)
    g_assert_cmpuint (crossing[c], ==, away[c]);
  g_assert_cmpint (abs (crossing[0] - 228), <=, 1);
  g_assert_cmpint (abs (crossing[1] - 127), <=, 1);
  g_assert_cmpuint (crossing[3], ==, 255);
}

/* One entry, undone to the byte; a cancelled one leaves none. */
static void
test_undo (void)
{
  const GessoStrokeStyle style = { { 200, 0, 100, 255 }, FALSE, 20, 0.5, 1 };
  g_autoptr (GessoPainting) painting = new_painting (white);
  g_autoptr (GessoSnapshot) before = gesso_painting_snapshot (painting);
  g_autoptr (GessoSnapshot) after = NULL;
  g_autoptr (GessoSnapshot) undone = NULL;
  g_autoptr (GessoSnapshot) cancelled = NULL;
  guint n = gesso_history_get_n_entries (gesso_painting_get_history (painting));
  GessoStroke *stroke;

  draw (painting, &style);
  after = gesso_painting_snapshot (painting);
  g_assert_cmpuint (gesso_history_get_n_entries (gesso_painting_get_history (painting)), ==, n + 1);
  g_assert_false (gesso_snapshot_equal (before, after));
  g_assert_true (gesso_painting_undo (painting));
  undone = gesso_painting_snapshot (painting);
  g_assert_true (gesso_snapshot_equal (before, undone));

  stroke = gesso_stroke_begin (painting, gesso_painting_get_active (painting), "stroke", &style, NULL);
  gesso_stroke_add (stroke, 50, 50, 1);
  gesso_stroke_add (stroke, 150, 50, 1);
  gesso_stroke_cancel (stroke);
  cancelled = gesso_painting_snapshot (painting);
  g_assert_true (gesso_snapshot_equal (before, cancelled));
}

static void
test_erase (void)
{
  const GessoStrokeStyle style = { { 0, 0, 0, 255 }, TRUE, 20, 1, 1 };
  g_autoptr (GessoPainting) painting = new_painting (white);
  guint8 pixel[4];

  draw (painting, &style);
  pick (painting, 100, 75, pixel);
  g_assert_cmpuint (pixel[3], ==, 0);
  pick (painting, 5, 5, pixel);
  g_assert_cmpuint (pixel[3], ==, 255);
}

/* What is not selected is as it was, and nothing is painted outside the picture. */
static void
test_limits (void)
{
  const GessoStrokeStyle style = { { 0, 0, 0, 255 }, FALSE, 30, 1, 1 };
  const GdkRectangle left = { 0, 0, 100, 150 }, right = { 100, 0, 100, 150 };
  const guint8 full = 255;
  g_autoptr (GessoPainting) painting = new_painting (white);
  g_autoptr (GessoTiles) selection = gesso_tiles_new (1);
  g_autofree guint8 *pixels = g_malloc (100 * 150 * 4);
  GdkRectangle bounds;
  GessoStroke *stroke;

  gesso_tiles_fill (selection, &left, &full);
  gesso_painting_set_selection (painting, "select", selection);
  draw (painting, &style);
  gesso_painting_composite (painting, &right, pixels, 400);
  for (guint k = 0; k < 100 * 150 * 4; k++)
    g_assert_cmpuint (pixels[k], ==, 255);

  gesso_painting_set_selection (painting, "all", NULL);
  stroke = gesso_stroke_begin (painting, gesso_painting_get_active (painting), "stroke", &style, NULL);
  gesso_stroke_add (stroke, -300, -20, 1);
  gesso_stroke_add (stroke, 500, 170, 1);
  gesso_stroke_end (stroke);
  gesso_tiles_get_bounds (gesso_layer_get_tiles (gesso_painting_get_active (painting)), &bounds);
  g_assert_cmpint (bounds.x, ==, 0);
  g_assert_cmpint (bounds.width, ==, 200);
}

static void
test_mask_and_lock (void)
{
  const GessoStrokeStyle style = { { 0, 0, 0, 255 }, FALSE, 30, 1, 0.5 };
  g_autoptr (GessoPainting) painting = new_painting (white);
  GessoLayer *mask = gesso_painting_new_layer (painting, GESSO_LAYER_MASK);
  g_autoptr (GError) error = NULL;
  guint8 value;

  draw (painting, &style);
  gesso_tiles_read (gesso_layer_get_tiles (mask), &(GdkRectangle) { 100, 75, 1, 1 }, &value, 1);
  g_assert_cmpuint (value, ==, 128);

  gesso_layer_set_locked (mask, TRUE);
  g_assert_null (gesso_stroke_begin (painting, mask, "stroke", &style, &error));
  g_assert_nonnull (error);
  g_assert_false (gesso_painting_is_changing (painting));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/stroke/dab", test_dab);
  g_test_add_func ("/app/stroke/no-build-up", test_no_build_up);
  g_test_add_func ("/app/stroke/undo", test_undo);
  g_test_add_func ("/app/stroke/erase", test_erase);
  g_test_add_func ("/app/stroke/limits", test_limits);
  g_test_add_func ("/app/stroke/mask-and-lock", test_mask_and_lock);
  return g_test_run ();
}
