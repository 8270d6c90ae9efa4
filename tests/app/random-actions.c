/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * 500 random actions in the window, with a real pointer, real keys and its actions, pictures being made
 * meanwhile: nothing complains, nothing stalls, and memory stays flat.
 *
 * GESSO_TEST_SEED chooses other actions, GESSO_TEST_ACTIONS another number of them. The window is in
 * this process, so that a warning ends the test at the action that caused it.
 */
#include "config.h"

#include "input.h"

#include "application/gesso-application.h"
#include "canvas/gesso-canvas-private.h"
#include "preferences/gesso-store.h"
#include "window/gesso-window-private.h"

#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#define N_ACTIONS 500
#define N_ROUNDS 5             /* after each the painting is as at the beginning, and memory is measured */
#define SIZE 128
#define WINDOW_WIDTH 960
#define WINDOW_HEIGHT 640
#define PAUSE_MS 5             /* between two points of a drag */
#define UNDO_BYTES (16u << 20)
#define WARM_ROUNDS 2          /* the first ones fill caches */
#define GROWTH_BYTES (48u << 20)
#define TEXTURE_BYTES (8u << 20) /* of all that is seen at a time, twice and more */
#define STALL_MS 1000          /* of this thread's own processor time, which others do not use up */
#define LIMIT_SECONDS 200      /* for what is made to end */

typedef struct
{
  GessoWindow *window;
  GessoCanvas *canvas;
  GRand       *rand;
  GessoSnapshot *start;
  GdkRectangle place; /* of the canvas, on the screen */
  guint        n_entries, n_made;
  gint64       last_tick, longest;
} Fixture;

static Fixture app;

/* ---- The main loop -------------------------------------------------------------------------- */

static gboolean
on_time (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
run_ms (guint ms)
{
  gboolean over = FALSE;

  g_timeout_add (ms, on_time, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
on_tick (gpointer data)
{
  gint64 now = gesso_thread_time ();

  app.longest = MAX (app.longest, now - app.last_tick);
  app.last_tick = now;

  return G_SOURCE_CONTINUE;
}

/* ---- Help ----------------------------------------------------------------------------------- */

static int
pick (int low, int high)
{
  return g_rand_int_range (app.rand, low, high);
}

static void
activate (const char *name)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (app.window), name);

  g_assert_nonnull (action);
  if (g_action_get_enabled (action))
    g_action_activate (action, NULL);
}

static void
activate_in (gpointer widget, const char *name)
{
  gtk_widget_activate_action (GTK_WIDGET (widget), name, NULL); /* FALSE: not now */
}

static void
find_place (void)
{
  graphene_rect_t bounds;

  g_assert_true (gtk_widget_compute_bounds (GTK_WIDGET (app.canvas), GTK_WIDGET (app.window), &bounds));
  app.place = (GdkRectangle) { (int) bounds.origin.x, (int) bounds.origin.y, (int) bounds.size.width,
                               (int) bounds.size.height };
}

static void
pick_point (int *x, int *y)
{
  find_place ();
  *x = app.place.x + pick (4, MAX (app.place.width - 4, 5));
  *y = app.place.y + pick (4, MAX (app.place.height - 4, 5));
}

static void
drag_to (int x1, int y1, int x2, int y2)
{
  const int n = 4;

  input_move (x1, y1);
  run_ms (PAUSE_MS);
  input_press (x1, y1);
  for (int i = 1; i <= n; i++)
    {
      run_ms (PAUSE_MS);
      input_move (x1 + (x2 - x1) * i / n, y1 + (y2 - y1) * i / n);
    }
  run_ms (PAUSE_MS);
  input_release (x2, y2);
  run_ms (PAUSE_MS);
}

/* A key over the canvas, which has the focus. */
static void
type (long key)
{
  int x, y;

  pick_point (&x, &y);
  input_move (x, y);
  gtk_widget_grab_focus (GTK_WIDGET (app.canvas));
  input_key (key);
}

/* ---- Actions -------------------------------------------------------------------------------- */

static void
stroke (void)
{
  int x1, y1, x2, y2;

  pick_point (&x1, &y1);
  pick_point (&x2, &y2);
  drag_to (x1, y1, x2, y2);
}

static void
choose_tool (void)
{
  static const char keys[] = "bbbemrlfpv[]";

  type (keys[pick (0, sizeof (keys) - 1)]);
}

static void
change_view (void)
{
  static const char keys[] = "+-122456";
  static const char *const wheel[] = { "b4c", "b5c" };
  int x, y;

  if (pick (0, 2))
    type (keys[pick (0, sizeof (keys) - 1)]);
  else
    {
      pick_point (&x, &y);
      input_move (x, y);
      atspi_generate_mouse_event (x, y, wheel[pick (0, 2)], NULL);
    }
}

/* By little, so that the picture stays of a size that is soon made. */
static void
drag_frame (void)
{
  int x, y;

  type ('2');
  type ('g');
  pick_point (&x, &y);
  drag_to (x, y, x + pick (-40, 41), y + pick (-40, 41));
  type ('b');
}

static void
undo (void)
{
  type ('b');
  input_key_with (INPUT_CONTROL_CODE, pick (0, 3) ? 'z' : 'y');
}

static void
change_layers (void)
{
  static const char *const actions[] = { "layers.add",   "layers.add-mask", "layers.duplicate",
                                         "layers.merge", "layers.raise",    "layers.lower",
                                         "layers.delete" };
  guint n = gesso_painting_get_n_layers (app.window->painting);

  activate_in (app.window->layers, n > 8 ? "layers.delete" : actions[pick (0, G_N_ELEMENTS (actions))]);
}

static void
change_layer (void)
{
  guint n = gesso_painting_get_n_layers (app.window->painting);
  GessoLayer *layer = n ? gesso_painting_get_layer (app.window->painting, (guint) pick (0, (int) n)) : NULL;

  if (layer == NULL || gesso_painting_is_changing (app.window->painting))
    return;

  gesso_painting_set_active (app.window->painting, layer);
  if (pick (0, 2))
    gesso_layer_set_opacity (layer, g_rand_double (app.rand));
  else if (gesso_layer_get_kind (layer) != GESSO_LAYER_MASK)
    gesso_layer_set_blend (layer, (GessoBlend) pick (0, GESSO_N_BLENDS));
  gesso_layer_set_visible (layer, pick (0, 4) > 0);
}

static void
edit (void)
{
  static const char *const actions[] = { "select-all",     "invert-selection", "mask-selection",
                                         "clear-selected", "clear-mask" };

  activate (actions[pick (0, G_N_ELEMENTS (actions))]);
}

/* Small pictures, of what lies in the frame's corner or past the picture's edge. */
static void
generate (void)
{
  GessoSettings *settings = gesso_document_get_settings (app.window->document);
  GdkRectangle frame;

  gesso_painting_get_frame (app.window->painting, &frame);
  frame.width = MIN (frame.width, SIZE / 2);
  frame.height = MIN (frame.height, SIZE / 2);
  if (pick (0, 3) == 0)
    frame.x = -32;
  if (!gesso_painting_is_changing (app.window->painting))
    gesso_painting_set_frame (app.window->painting, &frame);
  g_object_set (settings, "steps", pick (1, 3), "denoising-strength", g_rand_double (app.rand), NULL);
  activate (pick (0, 2) ? "generate" : "enqueue");
}

static void
choose_candidate (void)
{
  static const char *const actions[] = { "candidate.accept",      "candidate.accept",
                                         "candidate.discard",     "candidate.more-like-this",
                                         "candidate.discard-all", "candidate.reuse-seed" };
  GListModel *candidates = gesso_painting_get_candidates (app.window->painting);
  guint n = g_list_model_get_n_items (candidates);

  if (n > 0)
    {
      g_autoptr (GessoCandidate) one = g_list_model_get_item (candidates, (guint) pick (0, (int) n));

      gesso_candidate_strip_select (app.window->strip, one);
    }
  activate_in (app.window->strip, actions[pick (0, G_N_ELEMENTS (actions))]);
  if (pick (0, 3) == 0)
    activate ("undo-discard");
}

static void
cancel (void)
{
  activate ("cancel");
}

static void
go_through_pictures (void)
{
  activate (pick (0, 2) ? "previous" : "next");
}

/* Whatever lies there, beside the canvas: rows, switches, scales, lists and what they open. */
static void
click_aside (void)
{
  int x, y;

  find_place ();
  if (app.place.x + app.place.width > WINDOW_WIDTH - 100)
    return; /* hidden */
  x = pick (app.place.x + app.place.width + 10, WINDOW_WIDTH - 10);
  y = pick (120, WINDOW_HEIGHT - 20);
  input_move (x, y);
  run_ms (PAUSE_MS);
  input_press (x, y);
  run_ms (PAUSE_MS);
  input_release (x, y);
  run_ms (60);
  input_key (0xff1b); /* Escape, for lists that came up */
}

static void
type_prompt (void)
{
  static const char *const prompts[] = { "", "a red house", "a (boat:1.2) on the sea", "((", "산" };

  g_object_set (gesso_document_get_settings (app.window->document), "prompt",
                prompts[pick (0, G_N_ELEMENTS (prompts))], NULL);
}

static void
save (void)
{
  g_autofree char *path =
      g_build_filename (g_get_tmp_dir (), pick (0, 2) ? "random.ora" : "random.png", NULL);
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (app.window), "save-to");

  if (g_action_get_enabled (action))
    g_action_activate (action, g_variant_new_string (path));
}

static void
show_settings (void)
{
  g_action_activate (g_action_map_lookup_action (G_ACTION_MAP (app.window), "show-settings"), NULL);
}

static const struct
{
  const char *name;
  guint       weight;
  void      (*run) (void);
} actions[] = {
  { "stroke", 14, stroke },
  { "choose a tool", 8, choose_tool },
  { "change the view", 6, change_view },
  { "drag the frame", 3, drag_frame },
  { "undo", 8, undo },
  { "change the layers", 5, change_layers },
  { "change a layer", 5, change_layer },
  { "edit", 4, edit },
  { "generate", 4, generate },
  { "choose a candidate", 5, choose_candidate },
  { "cancel", 1, cancel },
  { "go through the pictures", 2, go_through_pictures },
  { "click aside", 6, click_aside },
  { "type a prompt", 2, type_prompt },
  { "save", 2, save },
  { "show the settings", 1, show_settings },
};

/* ---- Rounds --------------------------------------------------------------------------------- */

/* What a click may have opened: dialogs of files, of colours. */
static void
close_others (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = g_list_model_get_n_items (windows); i-- > 0;)
    {
      g_autoptr (GtkWindow) other = g_list_model_get_item (windows, i);

      if (other != GTK_WINDOW (app.window))
        gtk_window_close (other);
    }
}

static void
run_action (guint number)
{
  guint sum = 0, chosen, i = 0;

  for (guint k = 0; k < G_N_ELEMENTS (actions); k++)
    sum += actions[k].weight;
  chosen = (guint) pick (0, (int) sum);
  while (chosen >= actions[i].weight)
    chosen -= actions[i++].weight;

  g_test_message ("%u: %s", number, actions[i].name);
  actions[i].run ();
  run_ms (PAUSE_MS);
  close_others ();
  app.n_entries += gesso_history_can_undo (gesso_painting_get_history (app.window->painting));
}

/* Lets everything come to its end, and begins anew with the painting. */
static void
end_round (void)
{
  gint64 end = g_get_monotonic_time () + LIMIT_SECONDS * G_USEC_PER_SEC;

  /* Actions come faster than pictures on an idle machine: one of them is waited for. */
  while (app.n_made == 0 && app.window->job
         && gesso_document_get_n_pictures (app.window->document) == 0)
    {
      run_ms (20);
      g_assert_cmpint (g_get_monotonic_time (), <, end);
    }
  gesso_queue_cancel_all (app.window->queue);
  while (app.window->job || app.window->saving)
    {
      run_ms (20);
      g_assert_cmpint (g_get_monotonic_time (), <, end);
    }
  g_assert_false (gesso_painting_is_changing (app.window->painting));
  app.n_made = gesso_document_get_n_pictures (app.window->document);
  gtk_toggle_button_set_active (app.window->sidebar_button, TRUE);
  gesso_painting_restore (app.window->painting, app.start);
  gesso_view_fit (gesso_canvas_get_view (app.canvas));
  run_ms (500);
  malloc_trim (0);
}

/* In pages that are in memory and belong to nobody else. */
static gsize
get_memory (void)
{
  g_autofree char *text = NULL;
  gulong size, resident, shared;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%lu %lu %lu", &size, &resident, &shared), ==, 3);

  return (resident - shared) * (gsize) getpagesize ();
}

static gsize
get_texture_bytes (void)
{
  return gesso_tile_cache_get_bytes (app.canvas->picture) +
         gesso_tile_cache_get_bytes (app.canvas->masks);
}

static void
run_rounds (guint n_actions)
{
  gsize memory[N_ROUNDS], textures[N_ROUNDS];

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      for (guint i = 0; i < n_actions / N_ROUNDS; i++)
        run_action (round * (n_actions / N_ROUNDS) + i);
      end_round ();
      memory[round] = get_memory ();
      textures[round] = get_texture_bytes ();
      g_test_message ("round %u: %.1f MiB, %.1f of them textures, %u pictures, longest stall %.0f ms",
                      round, (double) memory[round] / 1048576, (double) textures[round] / 1048576,
                      app.n_made, (double) app.longest / 1000);
    }

  g_assert_cmpuint (memory[N_ROUNDS - 1], <, memory[WARM_ROUNDS - 1] + GROWTH_BYTES);
  for (guint round = 0; round < N_ROUNDS; round++)
    g_assert_cmpuint (textures[round], <, TEXTURE_BYTES);
}

/* ---- Start ---------------------------------------------------------------------------------- */

static void
begin (void)
{
  app.canvas = gesso_canvas_view_get_canvas (app.window->canvas);
  g_object_set (gesso_painting_get_history (app.window->painting), "max-bytes", (guint64) UNDO_BYTES, NULL);
  activate ("new-canvas");
  run_ms (500);
  app.start = gesso_painting_snapshot (app.window->painting);
  app.last_tick = gesso_thread_time ();
  g_timeout_add_full (G_PRIORITY_DEFAULT, 4, on_tick, NULL, NULL);
}

static gboolean
on_started (gpointer data)
{
  const char *seed = g_getenv ("GESSO_TEST_SEED"), *n = g_getenv ("GESSO_TEST_ACTIONS");
  guint n_actions = n ? (guint) g_ascii_strtoull (n, NULL, 10) : N_ACTIONS;

  g_test_message ("GESSO_TEST_SEED=%s", seed ? seed : "1");
  app.window = GESSO_WINDOW (gtk_application_get_active_window (data));
  app.rand = g_rand_new_with_seed (seed ? (guint32) g_ascii_strtoull (seed, NULL, 10) : 1);
  run_ms (500);
  begin ();
  run_rounds (n_actions);

  /* It was not all for nothing. */
  g_assert_cmpuint (app.n_entries, >, n_actions / 2);
  g_assert_cmpuint (app.n_made, >, 0);
  g_assert_cmpint (app.longest, <, STALL_MS * 1000);

  gesso_snapshot_unref (app.start);
  g_rand_free (app.rand);
  g_application_quit (data);
  return G_SOURCE_REMOVE;
}

static void
on_activate (GApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  gtk_window_set_default_size (window, WINDOW_WIDTH, WINDOW_HEIGHT);
  g_timeout_add (500, on_started, application);
}

static void
on_startup (void)
{
  g_autoptr (GSettings) store = gesso_store_new ();

  g_settings_set_uint (store, "width", SIZE);
  g_settings_set_uint (store, "height", SIZE);
}

static void
test_random (void)
{
  g_autoptr (GessoApplication) application = gesso_application_new ();

  g_signal_connect_after (application, "startup", G_CALLBACK (on_startup), NULL);
  g_signal_connect_after (application, "activate", G_CALLBACK (on_activate), NULL);
  g_assert_cmpint (g_application_run (G_APPLICATION (application), 0, NULL), ==, 0);
}

int
main (int argc, char **argv)
{
  gesso_engine_prepare_process ();
  g_test_init (&argc, &argv, NULL);
  /* libatspi warns when it meets a program, this one, before that has put itself in order, and GTK 4.8
   * of a button that is let go of after a list has come up. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  atspi_init ();
  g_test_add_func ("/app/random-actions", test_random);

  return g_test_run ();
}
