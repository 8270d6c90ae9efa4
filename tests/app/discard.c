/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Closing a window with a picture that is saved nowhere, and answering "Discard": the picture is in
 * the trash, with its layers, or where there is no trash in a folder of ours.
 */
#include "in-process.h"
#include "widgets.h"

#include "document/gesso-ora.h"

static GessoSnapshot *discarded;
static gboolean closed;

static void
on_destroyed (GtkWidget *window)
{
  closed = TRUE;
}

/* As its button does. */
static void
answer (const char *response)
{
  AdwMessageDialog *dialog = widgets_find_dialog ();

  g_assert_nonnull (dialog);
  adw_message_dialog_response (dialog, response);
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
run (GApplication *application, GessoWindow *window)
{
  const guint8 color[4] = { 200, 100, 50, 255 };

  in_process_wait_engine (application);
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
  g_assert_null (widgets_find_dialog ());
  g_assert_nonnull (window->document);

  gtk_window_close (GTK_WINDOW (window));
  answer ("discard");
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
  g_autoptr (GessoSnapshot) read = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;
  int status = in_process_run (in_process_forget_session, run);

  g_assert_true (closed);
  file = find_file ();
  g_assert_nonnull (file);
  read = gesso_ora_load (file, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (gesso_snapshot_equal (read, discarded));
  gesso_snapshot_unref (discarded);

  return status;
}
