/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flood fill against a naive one, and its colour on a layer. */
#include "config.h"

#include "canvas/gesso-flood.h"
#include "canvas/gesso-tile-cache.h"
#include "canvas/gesso-toolbox.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH 150
#define HEIGHT 100

/* Random blots, so that there are holes, bays and islands. */
static GessoPainting *
new_painting (guint32 seed, guint8 *pixels)
{
  const GdkRectangle all = { 0, 0, WIDTH, HEIGHT };
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  GessoPainting *painting = gesso_painting_new (WIDTH, HEIGHT);
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  g_autoptr (GessoLayer) layer = NULL;

  memset (pixels, 255, WIDTH * HEIGHT * 4);
  for (guint n = 0; n < 60; n++)
    {
      int x = g_rand_int_range (rand, -10, WIDTH), y = g_rand_int_range (rand, -10, HEIGHT);
      guint8 value = (guint8) g_rand_int_range (rand, 0, 256);

      for (int v = MAX (y, 0); v < MIN (y + 14, HEIGHT); v++)
        for (int u = MAX (x, 0); u < MIN (x + 22, WIDTH); u++)
          memset (pixels + (v * WIDTH + u) * 4, value, 3);
    }
  gesso_tiles_write (tiles, &all, pixels, WIDTH * 4);
  layer = gesso_layer_new (GESSO_LAYER_RASTER, "ground", tiles);
  gesso_painting_add_layer (painting, layer, 0);

  return painting;
}

/* Spreads until nothing changes. */
static void
flood_naively (const guint8 *pixels, int x, int y, int tolerance, guint8 *found)
{
  gboolean changed = TRUE;
  const guint8 *seed = pixels + (y * WIDTH + x) * 4;

  memset (found, 0, WIDTH * HEIGHT);
  found[y * WIDTH + x] = 255;
  while (changed)
    {
      changed = FALSE;
      for (int k = 0; k < WIDTH * HEIGHT; k++)
        {
          int u = k % WIDTH, v = k / WIDTH;
          gboolean beside = (u > 0 && found[k - 1]) || (u + 1 < WIDTH && found[k + 1]) ||
                            (v > 0 && found[k - WIDTH]) || (v + 1 < HEIGHT && found[k + WIDTH]);

          if (found[k] == 0 && beside && abs (pixels[4 * k] - seed[0]) <= tolerance)
            {
              found[k] = 255;
              changed = TRUE;
            }
        }
    }
}

static void
test_naive (void)
{
  const GdkRectangle all = { 0, 0, WIDTH, HEIGHT };
  const int tolerances[] = { 0, 10, 60, 255 };
  guint8 pixels[WIDTH * HEIGHT * 4], expected[WIDTH * HEIGHT], found[WIDTH * HEIGHT];

  for (guint32 seed = 0; seed < 4; seed++)
    {
      g_autoptr (GessoPainting) painting = new_painting (seed, pixels);
      g_autoptr (GessoSnapshot) snapshot = gesso_painting_snapshot (painting);

      for (guint k = 0; k < G_N_ELEMENTS (tolerances); k++)
        {
          int x = (int) (seed * 37 + k * 11) % WIDTH, y = (int) (seed * 29 + k * 17) % HEIGHT;
          g_autoptr (GessoTiles) flooded = gesso_flood (snapshot, x, y, (guint) tolerances[k]);

          flood_naively (pixels, x, y, tolerances[k], expected);
          gesso_tiles_read (flooded, &all, found, WIDTH);
          g_assert_cmpmem (found, sizeof (found), expected, sizeof (expected));
        }
      g_assert_null (gesso_flood (snapshot, -1, 5, 0));
      g_assert_null (gesso_flood (snapshot, 5, HEIGHT, 0));
    }
}

/* On a layer that lies elsewhere, half strong, within a selection, in one entry. */
static void
test_lay (void)
{
  const GdkRectangle half = { 0, 0, WIDTH / 2, HEIGHT }, all = { 0, 0, WIDTH, HEIGHT };
  const guint8 color[4] = { 100, 50, 0, 255 }, full = 255;
  guint8 pixels[WIDTH * HEIGHT * 4], rgba[4];
  g_autoptr (GessoPainting) painting = new_painting (1, pixels);
  g_autoptr (GessoTiles) coverage = gesso_tiles_new (1);
  g_autoptr (GessoTiles) selection = gesso_tiles_new (1);
  GessoLayer *layer = gesso_painting_new_layer (painting, GESSO_LAYER_RASTER);

  gesso_painting_move_layer (painting, layer, 13, -7, NULL);
  gesso_tiles_fill (coverage, &all, &full);
  gesso_tiles_fill (selection, &half, &full);
  gesso_painting_set_selection (painting, "half", selection);
  g_assert_true (gesso_flood_lay (painting, layer, "fill", coverage, color, NULL));
  gesso_painting_pick (painting, WIDTH / 2 - 1, 40, rgba);
  g_assert_cmpmem (rgba, 4, color, 4);
  gesso_painting_pick (painting, WIDTH / 2, 40, rgba);
  g_assert_cmpmem (rgba, 4, pixels + (40 * WIDTH + WIDTH / 2) * 4, 4);

  gesso_painting_undo (painting);
  gesso_painting_pick (painting, WIDTH / 2 - 1, 40, rgba);
  g_assert_cmpmem (rgba, 4, pixels + (40 * WIDTH + WIDTH / 2 - 1) * 4, 4);
}

/* ---- Large pictures ------------------------------------------------------------------------- */

#define LARGE 8192
#define LONGEST_US 100000 /* of the main loop's own work at a time */

/* Lets the main loop turn until the painting has that many entries; the longest turn. */
static gint64
turn_until (GessoPainting *painting, guint64 state)
{
  GessoHistory *history = gesso_painting_get_history (painting);
  gint64 longest = 0;

  while (gesso_history_get_state (history) == state)
    {
      gint64 start = gesso_thread_time ();

      g_main_context_iteration (NULL, TRUE);
      longest = MAX (longest, gesso_thread_time () - start);
    }

  return longest;
}

static void
on_message (GessoToolbox *toolbox, const char *text, guint *n)
{
  (*n)++;
}

/* A click takes no time, and what comes of it does not stall the main loop either; what was clicked on
 * is what is filled, or nothing. */
static void
test_large (void)
{
  const GessoToolEvent event = { .x = 5000, .y = 3000, .pressure = 1, .zoom = 1 };
  const GdkRectangle all = { 0, 0, LARGE, LARGE };
  const guint8 white[4] = { 255, 255, 255, 255 }, red[4] = { 255, 0, 0, 255 };
  const GdkRGBA color = { 1, 0, 0, 1 };
  g_autoptr (GessoPainting) painting = gesso_painting_new (LARGE, LARGE);
  g_autoptr (GessoToolbox) toolbox = gesso_toolbox_new ();
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  g_autoptr (GessoLayer) layer = NULL;
  GessoTool *tool = gesso_toolbox_get_tool (toolbox, GESSO_TOOL_FILL);
  GessoHistory *history = gesso_painting_get_history (painting);
  guint n_messages = 0;
  gint64 start, press, longest;
  guint64 state;
  guint8 rgba[4];

  gesso_tiles_fill (tiles, &all, white);
  layer = gesso_layer_new (GESSO_LAYER_RASTER, "ground", tiles);
  gesso_painting_add_layer (painting, layer, 0);
  gesso_toolbox_set_painting (toolbox, painting);
  gesso_toolbox_set_color (toolbox, &color);
  g_signal_connect (toolbox, "message", G_CALLBACK (on_message), &n_messages);

  state = gesso_history_get_state (history);
  start = gesso_thread_time ();
  gesso_tool_press (tool, &event);
  press = gesso_thread_time () - start;
  g_assert_cmpstr (gesso_tool_get_cursor (tool), ==, "progress");
  longest = turn_until (painting, state);
  g_test_message ("press %.1f ms, longest turn %.1f ms", (double) press / 1000,
                  (double) longest / 1000);
  g_assert_cmpint (press, <, LONGEST_US);
  g_assert_cmpint (longest, <, LONGEST_US);
  g_assert_cmpstr (gesso_tool_get_cursor (tool), ==, "crosshair");
  gesso_painting_pick (painting, 1, 1, rgba);
  g_assert_cmpmem (rgba, 3, red, 3);
  gesso_painting_pick (painting, LARGE - 1, LARGE - 1, rgba);
  g_assert_cmpmem (rgba, 3, red, 3);
  gesso_painting_undo (painting);
  gesso_painting_pick (painting, 1, 1, rgba);
  g_assert_cmpmem (rgba, 4, white, 4);

  /* The picture changes before it is done. */
  gesso_tool_press (tool, &event);
  gesso_layer_set_opacity (layer, 0.5);
  state = gesso_history_get_state (history);
  while (n_messages == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (gesso_history_get_state (history), ==, state);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/flood/naive", test_naive);
  g_test_add_func ("/app/flood/lay", test_lay);
  g_test_add_func ("/app/flood/large", test_large);
  return g_test_run ();
}
