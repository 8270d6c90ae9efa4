/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A large painting that was left: its window comes up before it is read, nothing can be done in it
 * until then, and files that are opened meanwhile wait.
 */
#include "in-process.h"

#include "document/gesso-ora.h"

#define WIDTH 3072
#define HEIGHT 2048 /* 24 MiB of noise, which does not get smaller */

static GessoSnapshot *left;
static char *ora; /* to be opened meanwhile */

static void
leave_painting (void)
{
  const GdkRectangle all = { 0, 0, WIDTH, HEIGHT };
  g_autoptr (GessoPainting) painting = gesso_painting_new (WIDTH, HEIGHT);
  g_autofree guint8 *pixels = g_malloc ((gsize) WIDTH * HEIGHT * 4);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  g_autoptr (GessoLayer) layer = NULL;
  g_autoptr (GessoJournal) journal = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < (gsize) WIDTH * HEIGHT; i++)
    {
      guint32 word = g_rand_int (rand) | 0xff000000;

      memcpy (pixels + 4 * i, &word, 4);
      pixels[4 * i + 3] = 255;
    }
  gesso_tiles_write (tiles, &all, pixels, WIDTH * 4);
  layer = gesso_layer_new (GESSO_LAYER_RASTER, "Noise", tiles);
  gesso_painting_add_layer (painting, layer, 0);
  journal = gesso_journal_open (NULL, painting, &error);
  g_assert_no_error (error);
  g_assert_true (gesso_journal_flush (journal, NULL));
  left = gesso_painting_snapshot (painting);
  gesso_journal_close (journal, FALSE);
}

static void
write_other (void)
{
  g_autoptr (GessoSnapshot) other = gesso_snapshot_new (64, 64);
  g_autoptr (GFile) file = NULL;
  GessoLayerState *layer = gesso_layer_state_new (GESSO_LAYER_RASTER, "Other");

  g_ptr_array_add (other->layers, layer);
  ora = g_build_filename (g_get_home_dir (), "other.ora", NULL);
  file = g_file_new_for_path (ora);
  g_assert_true (gesso_ora_save (other, file, NULL, NULL));
}

static void
run (GApplication *application, GessoWindow *window)
{
  GtkApplication *windows = GTK_APPLICATION (application);
  g_autoptr (GessoSnapshot) back = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (ora);
  guint n_layers;

  g_assert_nonnull (window->resuming);
  g_assert_null (window->journal);
  g_assert_false (gtk_widget_get_sensitive (window->flap));
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "generate"));
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "new-canvas"));
  gesso_window_open (window, file);
  while (window->resuming)
    g_main_context_iteration (NULL, TRUE);

  g_assert_nonnull (window->journal);
  g_assert_true (gtk_widget_get_sensitive (window->flap));
  g_assert_true (gesso_window_has_painting (window));
  g_assert_true (gesso_painting_get_modified (window->painting)); /* no file holds it */
  back = gesso_painting_snapshot (window->painting);
  n_layers = back->layers->len;
  g_assert_cmpuint (n_layers, ==, 1);
  g_assert_true (gesso_tiles_equal (gesso_layer_get_tiles (gesso_painting_get_layer (
                                        window->painting, 0)),
                                    gesso_snapshot_find_layer (left, 1)->tiles));

  /* The other file comes into a window of its own. */
  while (g_list_length (gtk_application_get_windows (windows)) < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (gesso_painting_get_width (window->painting), ==, WIDTH);
  while (gtk_application_get_windows (windows))
    gtk_window_destroy (gtk_application_get_windows (windows)->data);
}

int
main (int argc, char **argv)
{
  int status;

  leave_painting ();
  write_other ();
  status = in_process_run (NULL, run);
  gesso_snapshot_unref (left);
  g_free (ora);

  return status;
}
