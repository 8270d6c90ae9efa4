/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Upscale in a window: the dialog offers the library's upscalers, the larger picture becomes a layer on
 * top, and undo takes both back.
 */
#include "config.h"

#include "application/gesso-application.h"
#include "preferences/gesso-store.h"
#include "window/gesso-window-private.h"

#include <adwaita.h>

static gboolean finished;

static AdwMessageDialog *
find_dialog (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (ADW_IS_MESSAGE_DIALOG (window))
        return ADW_MESSAGE_DIALOG (window);
    }

  return NULL;
}

/* The combo rows of the dialog, in order. */
static void
find_rows (GtkWidget *widget, GPtrArray *rows)
{
  if (ADW_IS_COMBO_ROW (widget))
    g_ptr_array_add (rows, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    find_rows (child, rows);
}

static void
on_picture (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoPicture) picture = gesso_picture_load_finish (result, &error);

  g_assert_no_error (error);
  gesso_window_place_layer (data, picture);
}

/* model: the row's item. The picture is 13 x 9. */
static void
assert_upscaled (GessoWindow *window, guint model, guint scale, guint width, guint height)
{
  const guint n_layers = gesso_painting_get_n_layers (window->painting);
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  AdwMessageDialog *dialog;

  g_action_group_activate_action (G_ACTION_GROUP (window), "upscale", NULL);
  dialog = find_dialog ();
  g_assert_nonnull (dialog);
  find_rows (GTK_WIDGET (dialog), rows);
  g_assert_cmpuint (rows->len, ==, 2);
  g_assert_cmpuint (g_list_model_get_n_items (adw_combo_row_get_model (rows->pdata[0])), ==, 3);
  adw_combo_row_set_selected (rows->pdata[0], model);
  adw_combo_row_set_selected (rows->pdata[1], scale);
  adw_message_dialog_response (dialog, "upscale");
  while (gesso_painting_get_n_layers (window->painting) == n_layers)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (gesso_painting_get_width (window->painting), ==, width);
  g_assert_cmpuint (gesso_painting_get_height (window->painting), ==, height);
  g_assert_null (window->job);
  gesso_painting_undo (window->painting);
  g_assert_cmpuint (gesso_painting_get_width (window->painting), ==, 13);
  g_assert_cmpuint (gesso_painting_get_n_layers (window->painting), ==, n_layers);
}

static gboolean
on_started (gpointer data)
{
  GessoWindow *window = GESSO_WINDOW (gtk_application_get_active_window (data));
  GessoEngine *engine = gesso_application_get_engine (data);
  g_autofree char *folder = g_build_filename (g_getenv ("GESSO_SOURCE_ROOT"), "tests", "session",
                                              "upscalers", NULL);
  g_autoptr (GFile) file = g_file_new_build_filename (folder, "in.png", NULL);

  while (gesso_engine_get_device_name (engine) == NULL)
    g_main_context_iteration (NULL, TRUE);
  gesso_library_add_folder (window->library, folder);
  while (!gesso_library_is_scanned (window->library) ||
         g_list_model_get_n_items (gesso_library_get_items (window->library)) != 2)
    g_main_context_iteration (NULL, TRUE);
  gesso_picture_load_async (file, NULL, on_picture, window);
  while (gesso_painting_get_n_layers (window->painting) == 0)
    g_main_context_iteration (NULL, TRUE);

  assert_upscaled (window, 0, 0, 20, 14); /* without a model, 1.5 times */
  assert_upscaled (window, 1, 1, 26, 18);
  assert_upscaled (window, 2, 3, 52, 36); /* two passes of a model that doubles */
  finished = TRUE;

  g_application_quit (G_APPLICATION (data));
  return G_SOURCE_REMOVE;
}

static void
on_activate (GApplication *application)
{
  g_idle_add (on_started, application);
}

static void
on_startup (GApplication *application)
{
  g_autoptr (GSettings) store = gesso_store_new ();

  g_settings_set_boolean (store, "restore-session", FALSE);
}

int
main (int argc, char **argv)
{
  g_autoptr (GessoApplication) application = NULL;

  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
  gesso_engine_prepare_process ();
  application = gesso_application_new ();
  g_signal_connect_after (application, "startup", G_CALLBACK (on_startup), NULL);
  g_signal_connect_after (application, "activate", G_CALLBACK (on_activate), NULL);
  g_application_run (G_APPLICATION (application), 0, NULL);
  g_assert_true (finished);

  return 0;
}
