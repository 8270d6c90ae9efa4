/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closing a window while its picture is being saved, saved again and exported: both files are whole and of
 * the newest, and nothing lies beside them. */
#include "in-process.h"

#include "document/gesso-ora.h"

#include <glib/gstdio.h>

static GessoSnapshot *saved;
static char *folder, *path, *exported;
static gboolean closed;

static void
on_destroyed (GtkWidget *window)
{
  closed = TRUE;
}

static void
run (GApplication *application, GessoWindow *window)
{
  const guint8 older[4] = { 20, 10, 5, 255 }, color[4] = { 200, 100, 50, 255 };
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) png = g_file_new_for_path (exported);

  in_process_wait_engine (application);
  g_action_group_activate_action (G_ACTION_GROUP (window), "new-canvas", NULL);
  gesso_painting_new_layer (window->painting, GESSO_LAYER_RASTER);
  gesso_painting_fill_layer (window->painting, gesso_painting_get_active (window->painting), older,
                             NULL);
  gesso_window_save_document_to (window, file, NULL);
  g_assert_true (window->saving);
  gesso_painting_fill_layer (window->painting, gesso_painting_get_active (window->painting), color,
                             NULL);
  gesso_window_sync (window);
  saved = gesso_painting_snapshot (window->painting);
  g_signal_connect (window, "destroy", G_CALLBACK (on_destroyed), NULL);

  for (guint i = 0; i < 3; i++) /* by who is not patient */
    gesso_window_save_document_to (window, file, NULL);
  gesso_window_export_to (window, png, FALSE);
  g_assert_true (window->saving);
  g_assert_cmpuint (window->n_writings, ==, 3);
  gtk_window_close (GTK_WINDOW (window));
  g_assert_false (closed);
}

static void
assert_alone (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)))
    {
      g_assert_true (g_str_equal (name, "picture.ora") || g_str_equal (name, "picture.png"));
      n++;
    }
  g_assert_cmpuint (n, ==, 2);
}

static void
assert_exported (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = gdk_texture_new_from_filename (exported, &error);

  g_assert_no_error (error);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, (int) saved->width);
  g_assert_cmpint (gdk_texture_get_height (texture), ==, (int) saved->height);
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
  exported = g_build_filename (folder, "picture.png", NULL);
  status = in_process_run (NULL, run);

  g_assert_true (closed);
  assert_alone ();
  assert_exported ();
  file = g_file_new_for_path (path);
  read = gesso_ora_load (file, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (gesso_snapshot_equal (read, saved));
  gesso_snapshot_unref (saved);
  g_unlink (path);
  g_unlink (exported);
  g_rmdir (folder);

  return status;
}
