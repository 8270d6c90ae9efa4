/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closing a window while its picture is being saved: the file is whole, and nothing lies beside it. */
#include "in-process.h"

#include "document/gesso-ora.h"

#include <glib/gstdio.h>

static GessoSnapshot *saved;
static char *folder, *path;
static gboolean closed;

static void
on_destroyed (GtkWidget *window)
{
  closed = TRUE;
}

static void
run (GApplication *application, GessoWindow *window)
{
  const guint8 color[4] = { 200, 100, 50, 255 };
  g_autoptr (GFile) file = g_file_new_for_path (path);

  in_process_wait_engine (application);
  g_action_group_activate_action (G_ACTION_GROUP (window), "new-canvas", NULL);
  gesso_painting_new_layer (window->painting, GESSO_LAYER_RASTER);
  gesso_painting_fill_layer (window->painting, gesso_painting_get_active (window->painting), color,
                             NULL);
  gesso_window_sync (window);
  saved = gesso_painting_snapshot (window->painting);
  g_signal_connect (window, "destroy", G_CALLBACK (on_destroyed), NULL);

  gesso_window_save_document_to (window, file, NULL);
  g_assert_true (window->saving);
  gtk_window_close (GTK_WINDOW (window));
  g_assert_false (closed);
}

static void
assert_alone (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  g_assert_cmpstr (g_dir_read_name (dir), ==, "picture.ora");
  g_assert_null (g_dir_read_name (dir));
}

int
main (int argc, char **argv)
{
  g_autoptr (GessoSnapshot) read = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  folder = g_dir_make_tmp ("gesso-test-XXXXXX", NULL);
  path = g_build_filename (folder, "picture.ora", NULL);
  status = in_process_run (NULL, run);

  g_assert_true (closed);
  assert_alone ();
  file = g_file_new_for_path (path);
  read = gesso_ora_load (file, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (gesso_snapshot_equal (read, saved));
  gesso_snapshot_unref (saved);
  g_unlink (path);
  g_rmdir (folder);

  return status;
}
