/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a pen says more than a mouse: points between two frames, the end that erases, pressure. */
#include "config.h"

#include "canvas/gesso-toolbox.h"

#include <math.h>
#include <string.h>

#define SIZE 160

typedef struct
{
  GessoPainting *painting;
  GessoToolbox  *toolbox;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const GdkRectangle all = { 0, 0, SIZE, SIZE };
  const guint8 white[4] = { 255, 255, 255, 255 };
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  g_autoptr (GessoLayer) layer = NULL;

  fixture->painting = gesso_painting_new (SIZE, SIZE);
  gesso_tiles_fill (tiles, &all, white);
  layer = gesso_layer_new (GESSO_LAYER_RASTER, "ground", tiles);
  gesso_painting_add_layer (fixture->painting, layer, 0);
  fixture->toolbox = gesso_toolbox_new ();
  gesso_toolbox_set_painting (fixture->toolbox, fixture->painting);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->toolbox);
  g_assert_finalize_object (fixture->painting);
}

/* A bow of 40 points in frames of n points, whose first n - 1 are the backlog. */
static GessoSnapshot *
stroke (Fixture *fixture, GessoToolKind kind, guint n, double pressure, gboolean other)
{
  GessoTool *tool = gesso_toolbox_get_tool (fixture->toolbox, kind);
  GessoToolEvent event = { .x = 20, .y = 80, .pressure = pressure, .zoom = 1, .other = other };

  g_assert_true (gesso_tool_press (tool, &event));
  for (guint k = 1; k <= 40; k++)
    {
      event.x = 20 + 3 * k;
      event.y = 80 + 40 * sin (k / 6.0);
      event.other = FALSE; /* it is of the press */
      event.more = k % n != 0;
      gesso_tool_drag (tool, &event);
    }
  event.more = FALSE;
  gesso_tool_release (tool, &event);

  return gesso_painting_snapshot (fixture->painting);
}

/* How much of the layer is not white any more; erased: or not opaque. */
static guint
count_changed (GessoSnapshot *snapshot, gboolean erased)
{
  const GdkRectangle all = { 0, 0, SIZE, SIZE };
  const GessoLayerState *layer = g_ptr_array_index (snapshot->layers, 0);
  guint8 pixels[SIZE * SIZE * 4];
  guint n = 0;

  gesso_tiles_read (layer->tiles, &all, pixels, SIZE * 4);
  for (guint i = 0; i < SIZE * SIZE; i++)
    n += erased ? pixels[4 * i + 3] < 255 : pixels[4 * i] < 250 && pixels[4 * i + 3] == 255;

  return n;
}

/* Only how often the canvas is drawn depends on frames. */
static void
test_backlog (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GessoSnapshot) single = stroke (fixture, GESSO_TOOL_BRUSH, 1, 0.7, FALSE);

  for (guint n = 2; n <= 40; n *= 2)
    {
      g_autoptr (GessoSnapshot) many = NULL;

      gesso_painting_undo (fixture->painting);
      many = stroke (fixture, GESSO_TOOL_BRUSH, n, 0.7, FALSE);
      g_assert_true (gesso_snapshot_equal (single, many));
    }
}

/* The pen's other end erases with the brush, and paints with nothing. */
static void
test_eraser_end (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GessoSnapshot) painted = stroke (fixture, GESSO_TOOL_BRUSH, 1, 1, FALSE);
  g_autoptr (GessoSnapshot) erased = NULL;

  g_assert_cmpuint (count_changed (painted, FALSE), >, 500);
  g_assert_cmpuint (count_changed (painted, TRUE), ==, 0);
  gesso_painting_undo (fixture->painting);
  erased = stroke (fixture, GESSO_TOOL_BRUSH, 1, 1, TRUE);
  g_assert_cmpuint (count_changed (erased, FALSE), ==, 0);
  g_assert_cmpuint (count_changed (erased, TRUE), >, 500);
}

/* Who presses harder leaves more. */
static void
test_pressure (Fixture *fixture, gconstpointer data)
{
  guint last = 0;

  for (double pressure = 0.2; pressure < 1.01; pressure += 0.2)
    {
      g_autoptr (GessoSnapshot) painted =
          stroke (fixture, GESSO_TOOL_BRUSH, 1, pressure, FALSE);
      guint n = count_changed (painted, FALSE);

      g_assert_cmpuint (n, >, last);
      last = n;
      gesso_painting_undo (fixture->painting);
    }
}

/* The pen is gone in mid stroke: nothing was painted, and painting goes on. */
static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  GessoTool *tool = gesso_toolbox_get_tool (fixture->toolbox, GESSO_TOOL_BRUSH);
  g_autoptr (GessoSnapshot) before = gesso_painting_snapshot (fixture->painting);
  g_autoptr (GessoSnapshot) after = NULL;
  GessoToolEvent event = { .x = 20, .y = 80, .pressure = 1, .zoom = 1 };

  g_assert_true (gesso_tool_press (tool, &event));
  event.x = 90;
  event.more = TRUE; /* and what was in its backlog is not drawn yet */
  gesso_tool_drag (tool, &event);
  gesso_tool_cancel (tool);
  g_assert_false (gesso_painting_is_changing (fixture->painting));
  after = gesso_painting_snapshot (fixture->painting);
  g_assert_true (gesso_snapshot_equal (before, after));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) g_test_add ("/app/pen/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("backlog", test_backlog);
  ADD ("eraser-end", test_eraser_end);
  ADD ("pressure", test_pressure);
  ADD ("cancel", test_cancel);
#undef ADD

  return g_test_run ();
}
