/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An order that waited while the picture grew to the left and to the top, and over the end of the
 * program: its picture lies on what it is about. Another window has nothing to do with it.
 */
#include "in-process.h"
#include "widgets.h"

#define SIZE 64
#define LEFT 48
#define TOP 16

static const GdkRectangle place = { 8, 0, SIZE, SIZE };

static GessoOrder *
make_order (GessoPainting *painting)
{
  g_autoptr (GessoSnapshot) snapshot = NULL;
  g_autoptr (GessoSettings) settings = gesso_settings_new ();

  gesso_painting_set_frame (painting, &place);
  snapshot = gesso_painting_snapshot (painting);
  g_object_set (settings, "prompt", "a red house", "steps", 1, NULL);

  return gesso_order_new (snapshot, settings);
}

/* What a program that was killed leaves. */
static void
leave (void)
{
  const guint8 color[4] = { 200, 100, 50, 255 };
  const GdkRectangle larger = { -LEFT, -TOP, 2 * SIZE + LEFT, SIZE + TOP };
  g_autoptr (GessoPainting) painting = gesso_painting_new (2 * SIZE, SIZE);
  g_autoptr (GessoEngine) engine = gesso_engine_new ();
  g_autoptr (GessoQueue) queue = gesso_queue_new (engine);
  g_autoptr (GessoOrder) order = NULL;
  g_autoptr (GessoJournal) journal = NULL;
  g_autofree char *folder = NULL;
  GError *error = NULL;

  gesso_painting_new_layer (painting, GESSO_LAYER_RASTER);
  gesso_painting_fill_layer (painting, gesso_painting_get_active (painting), color, NULL);
  journal = gesso_journal_open (NULL, painting, &error);
  g_assert_no_error (error);

  folder = g_build_filename (gesso_journal_get_path (journal), "queue", NULL);
  gesso_queue_set_paused (queue, TRUE);
  gesso_queue_keep_in (queue, folder);
  order = make_order (painting);
  gesso_queue_push (queue, order);
  gesso_queue_close (queue);

  g_assert_true (gesso_painting_resize (painting, &larger, &error));
  g_assert_no_error (error);
  gesso_journal_set_note (journal, "waiting\n\n");
  gesso_journal_close (journal, FALSE);
}

static void
run (GApplication *application, GessoWindow *window)
{
  GListModel *candidates = gesso_painting_get_candidates (window->painting);
  g_autoptr (GessoCandidate) candidate = NULL;
  GdkRectangle area;
  GessoWindow *other;

  in_process_wait_engine (application);
  g_assert_cmpuint (gesso_painting_get_width (window->painting), ==, 2 * SIZE + LEFT);
  g_assert_true (gesso_window_has_orders (window));
  g_assert_null (gesso_queue_get_job (window->queue));

  other = gesso_window_new (GESSO_APPLICATION (application), NULL);
  g_assert_false (gesso_window_has_orders (other));
  gtk_window_destroy (GTK_WINDOW (other));
  g_assert_true (gesso_window_has_orders (window));

  g_action_group_activate_action (G_ACTION_GROUP (window), "resume-queue", NULL);
  while (g_list_model_get_n_items (candidates) == 0)
    g_main_context_iteration (NULL, TRUE);
  candidate = g_list_model_get_item (candidates, 0);
  gesso_candidate_get_area (candidate, &area);
  g_assert_cmpint (area.x, ==, place.x + LEFT);
  g_assert_cmpint (area.y, ==, place.y + TOP);
  while (gesso_window_has_orders (window))
    g_main_context_iteration (NULL, TRUE);

  gtk_window_destroy (GTK_WINDOW (window));
}

/* A window with nothing unsaved is kept for the orders alone, even where none is wanted back. */
static void
set_up (GSettings *store)
{
  leave ();
  in_process_forget_session (store);
}

int
main (int argc, char **argv)
{
  return in_process_run (set_up, run);
}
