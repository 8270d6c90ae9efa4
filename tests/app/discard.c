/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Closing a window with a picture that is saved nowhere, and answering "Discard": the picture is in
 * the trash, with its layers, or where there is no trash in a folder of ours.
 */
#include "config.h"

#include "application/gesso-application.h"
#include "document/gesso-ora.h"
#include "preferences/gesso-store.h"
#include "window/gesso-window-private.h"

#include <adwaita.h>

static GessoSnapshot *discarded;
static gboolean closed;

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

static void
on_destroyed (GtkWidget *window)
{
  closed = TRUE;
}

/* As its button does. */
static void
answer (const char *response)
{
  AdwMessageDialog *dialog = find_dialog ();

  g_assert_nonnull (dialog);
  adw_message_dialog_response (dialog, response);
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static gboolean
on_started (gpointer data)
{
  GessoWindow *window = GESSO_WINDOW (gtk_application_get_active_window (data));
  GessoEngine *engine = gesso_application_get_engine (data);
  const guint8 color[4] = { 200, 100, 50, 255 };

  /* Which holds on to the window until it has answered. */
  while (gesso_engine_get_device_name (engine) == NULL)
    g_main_context_iteration (NULL, TRUE);

  g_action_group_activate_action (G_ACTION_GROUP (window), "new-canvas", NULL);
  gesso_painting_new_layer (window->painting, GESSO_LAYER_RASTER);
  gesso_painting_fill_layer (window->painting, gesso_painting_get_active (window->painting), color,
                             NULL);
  gesso_window_sync (window);
  discarded = gesso_painting_snapshot (window->painting);
  g_signal_connect (window, "destroy", G_CALLBACK (on_destroyed), NULL);

  /* Cancel keeps everything. */
  gtk_window_close (GTK_WINDOW (window));
  answer ("cancel");
  g_assert_null (find_dialog ());
  g_assert_nonnull (window->document);

  gtk_window_close (GTK_WINDOW (window));
  answer ("discard");

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

/* The only .ora in either place. */
static GFile *
find_file (void)
{
  static const char *const folders[] = { "Trash/files", "gesso/discarded" };
  GFile *found = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = g_build_filename (g_get_user_data_dir (), folders[i], NULL);
      g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
      const char *name;

      while (dir && (name = g_dir_read_name (dir)))
        if (g_str_has_suffix (name, ".ora"))
          {
            g_autofree char *path = g_build_filename (folder, name, NULL);

            g_assert_null (found);
            found = g_file_new_for_path (path);
          }
    }

  return found;
}

int
main (int argc, char **argv)
{
  g_autoptr (GessoApplication) application = NULL;
  g_autoptr (GessoSnapshot) read = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;

  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
  gesso_engine_prepare_process ();
  application = gesso_application_new ();
  g_signal_connect_after (application, "startup", G_CALLBACK (on_startup), NULL);
  g_signal_connect_after (application, "activate", G_CALLBACK (on_activate), NULL);
  g_application_run (G_APPLICATION (application), 0, NULL);

  g_assert_true (closed);
  file = find_file ();
  g_assert_nonnull (file);
  read = gesso_ora_load (file, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (gesso_snapshot_equal (read, discarded));
  gesso_snapshot_unref (discarded);

  return 0;
}
