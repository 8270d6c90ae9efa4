/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Live painting through the window, with the starter model: what is painted becomes a picture that
 * is on the canvas alone, gives way to strokes and to orders, and is a layer once it is accepted.
 */
#include "in-process.h"
#include "widgets.h"

#define LIMIT_SECONDS 120
#define A_WHILE_MS 1000 /* longer than the pause and the start of a picture */

/* ---- Waiting -------------------------------------------------------------------------------- */

static gboolean
is_enabled (GessoWindow *window, const char *action)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (window), action);
}

static void
wait_enabled (GessoWindow *window, const char *action, gboolean enabled)
{
  gint64 end = g_get_monotonic_time () + LIMIT_SECONDS * G_USEC_PER_SEC;

  while (is_enabled (window, action) != enabled)
    {
      widgets_wait_ms (5);
      if (g_get_monotonic_time () > end)
        g_error ("“%s” did not change within %d seconds", action, LIMIT_SECONDS);
    }
}

static void
activate (GessoWindow *window, const char *action)
{
  g_action_group_activate_action (G_ACTION_GROUP (window), action, NULL);
}

/* ---- What there is -------------------------------------------------------------------------- */

static guint
count_gallery (void)
{
  g_autofree char *folder = g_build_filename (g_get_home_dir (), "Gesso", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    n += g_str_has_suffix (name, ".png") && *name != '.';

  return n;
}

static guint
count_candidates (GessoWindow *window)
{
  return g_list_model_get_n_items (gesso_painting_get_candidates (window->painting));
}

static guint
count_queue (GessoWindow *window)
{
  return g_list_model_get_n_items (G_LIST_MODEL (window->queue));
}

static guint
get_history_state (GessoWindow *window)
{
  return (guint) gesso_history_get_state (gesso_painting_get_history (window->painting));
}

static void
paint (GessoWindow *window, guint8 red)
{
  const guint8 color[4] = { red, 120, 40, 255 };

  gesso_painting_fill_layer (window->painting, gesso_painting_get_active (window->painting), color,
                             NULL);
}

/* ---- The tests, each in the window that the one before left --------------------------------- */

/* Off: painting is only painting. */
static void
check_off (GessoWindow *window)
{
  activate (window, "new-canvas");
  paint (window, 10);
  widgets_wait_ms (A_WHILE_MS);
  g_assert_false (gesso_live_get_busy (window->live));
  g_assert_false (is_enabled (window, "accept-live"));
}

static void
check_result (GessoWindow *window)
{
  guint state, n_changes;
  GdkRectangle area = { 0 }, frame;

  activate (window, "live");
  wait_enabled (window, "accept-live", TRUE);
  gesso_painting_get_frame (window->painting, &frame);
  g_assert_nonnull (gesso_window_get_live_overlay (window, &area));
  g_assert_true (gdk_rectangle_equal (&area, &frame));

  /* Nothing of it is kept anywhere, and the canvas as it is brings no other. */
  widgets_wait_ms (A_WHILE_MS);
  state = get_history_state (window);
  n_changes = window->n_changes;
  paint (window, 60);
  g_assert_null (gesso_window_get_live_overlay (window, &area));
  g_assert_false (is_enabled (window, "accept-live"));
  wait_enabled (window, "accept-live", TRUE);
  g_assert_cmpuint (get_history_state (window), !=, state); /* the paint */
  widgets_wait_ms (A_WHILE_MS);
  g_assert_false (gesso_live_get_busy (window->live));
  g_assert_cmpuint (window->n_changes, <=, n_changes + 2); /* the paint, and the settings with it */
  g_assert_cmpuint (count_candidates (window), ==, 0);
  g_assert_cmpuint (count_queue (window), ==, 0);
  g_assert_cmpuint (count_gallery (), ==, 0);
  g_assert_cmpuint (gesso_document_get_n_pictures (window->document), ==, 0);
  g_assert_null (window->job);
}

static void
check_dismiss (GessoWindow *window)
{
  GdkRectangle area;

  activate (window, "dismiss-live");
  g_assert_null (gesso_window_get_live_overlay (window, &area));
  widgets_wait_ms (A_WHILE_MS);
  g_assert_false (gesso_live_get_busy (window->live));
  g_assert_false (is_enabled (window, "accept-live"));
}

/* In mid change too, of the pixels that are there. */
static void
check_mid_stroke (GessoWindow *window)
{
  GessoLayer *layer = gesso_painting_get_active (window->painting);
  const GdkRectangle area = { 0, 0, 64, 64 };
  const guint8 blue[4] = { 0, 0, 255, 255 }, green[4] = { 0, 255, 0, 255 };
  GessoTiles *tiles;

  gesso_painting_begin (window->painting, "Brush Stroke");
  tiles = gesso_painting_edit (window->painting, layer, NULL);
  gesso_tiles_fill (tiles, &area, blue);
  gesso_painting_damage (window->painting, &area);
  wait_enabled (window, "accept-live", TRUE);
  activate (window, "accept-live"); /* after the stroke */
  g_assert_cmpuint (gesso_painting_get_n_layers (window->painting), ==, 1);
  gesso_tiles_fill (tiles, &area, green); /* they are still those of the painting */
  gesso_painting_damage (window->painting, &area);
  gesso_painting_end (window->painting);
  wait_enabled (window, "accept-live", TRUE);
}

static void
check_accept (GessoWindow *window)
{
  GessoLayer *layer;

  activate (window, "accept-live");
  g_assert_cmpuint (gesso_painting_get_n_layers (window->painting), ==, 2);
  layer = gesso_painting_get_layer (window->painting, 0);
  g_assert_cmpint (gesso_layer_get_kind (layer), ==, GESSO_LAYER_GENERATED);
  g_assert_nonnull (gesso_layer_get_recipe (layer));
  g_assert_cmpstr (gesso_layer_get_name (layer), ==, "a red house");
  widgets_wait_ms (A_WHILE_MS);
  g_assert_cmpuint (count_gallery (), ==, 1);
  g_assert_false (gesso_live_get_busy (window->live)); /* no picture of the picture */
  g_assert_cmpuint (count_candidates (window), ==, 0);
  gesso_painting_undo (window->painting);
  g_assert_cmpuint (gesso_painting_get_n_layers (window->painting), ==, 1);
}

/* Another prompt is another picture; the one before stays to be seen until then. */
static void
check_prompt (GessoWindow *window)
{
  g_autoptr (GessoResult) before = NULL;
  GdkRectangle area;

  wait_enabled (window, "accept-live", TRUE);
  before = g_object_ref (gesso_live_get_result (window->live));
  g_object_set (gesso_document_get_settings (window->document), "prompt", "a green tree", NULL);
  g_assert_nonnull (gesso_window_get_live_overlay (window, &area));
  while (gesso_live_get_result (window->live) == before)
    widgets_wait_ms (5);
  g_assert_nonnull (gesso_live_get_result (window->live));
}

/* An order goes first, and its candidate is what is seen until one paints on. */
static void
check_generate (GessoWindow *window)
{
  paint (window, 90);
  while (!gesso_live_get_busy (window->live))
    widgets_wait_ms (5);
  activate (window, "generate");
  g_assert_nonnull (window->job);
  g_assert_false (gesso_live_get_busy (window->live));
  wait_enabled (window, "generate", TRUE);
  g_assert_cmpuint (count_candidates (window), ==, 1);
  g_assert_nonnull (gesso_candidate_strip_get_selected (window->strip));
  widgets_wait_ms (A_WHILE_MS);
  g_assert_false (gesso_live_get_busy (window->live));
  g_assert_cmpuint (count_candidates (window), ==, 1);

  paint (window, 130);
  g_assert_null (gesso_candidate_strip_get_selected (window->strip));
  wait_enabled (window, "accept-live", TRUE);
  g_assert_cmpuint (count_candidates (window), ==, 1);
}

/* It cannot be made: one toast, and it is off. */
static void
check_error (GessoWindow *window)
{
  g_autoptr (GVariant) state = NULL;

  g_object_set (gesso_document_get_settings (window->document), "model", "/nowhere.safetensors",
                NULL);
  while (gesso_live_get_enabled (window->live))
    widgets_wait_ms (5);
  state = g_action_group_get_action_state (G_ACTION_GROUP (window), "live");
  g_assert_false (g_variant_get_boolean (state));
  paint (window, 200);
  widgets_wait_ms (A_WHILE_MS);
  g_assert_false (gesso_live_get_busy (window->live));
  g_object_set (gesso_document_get_settings (window->document), "model", "", NULL);
}

/* It is remembered, and a window that goes while one is at work takes it along. */
static void
check_close (GessoWindow *window)
{
  g_autoptr (GessoLive) live = g_object_ref (window->live);

  activate (window, "live");
  g_assert_true (g_settings_get_boolean (window->store, "live-painting"));
  paint (window, 220);
  g_assert_true (gesso_live_get_busy (live));
  gtk_window_destroy (GTK_WINDOW (window));
  g_assert_false (gesso_live_get_busy (live));
}

static void
run (GApplication *application, GessoWindow *window)
{
  g_object_set (gesso_document_get_settings (window->document), "prompt", "a red house", NULL);
  check_off (window);
  check_result (window);
  check_dismiss (window);
  check_mid_stroke (window);
  check_accept (window);
  check_prompt (window);
  check_generate (window);
  check_error (window);
  check_close (window);
}

static void
set_up (GSettings *store)
{
  g_settings_set_uint (store, "steps", 4);
  g_settings_set_uint (store, "width", 128);
  g_settings_set_uint (store, "height", 128);
  in_process_forget_session (store);
}

int
main (int argc, char **argv)
{
  return in_process_run (set_up, run);
}
