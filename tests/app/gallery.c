/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoGallery and its view: what is written can be found again, searched, trashed and undone. */
#include "gallery/gesso-gallery-index.h"
#include "gallery/gesso-gallery-view.h"

#include "engine/gesso-picture-private.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char         *folder;
  GessoGallery *gallery;
  char         *failure;
} Fixture;

static void
on_failed (GessoGallery *gallery, const char *message, Fixture *fixture)
{
  g_free (fixture->failure);
  fixture->failure = g_strdup (message);
}

static void
wait (GessoGallery *gallery)
{
  while (gesso_gallery_get_busy (gallery) || g_main_context_pending (NULL))
    g_main_context_iteration (NULL, TRUE);
}

static void
settle (void)
{
  for (guint i = 0; i < 40; i++)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (5000);
    }
}

static GessoGallery *
open_gallery (Fixture *fixture)
{
  GessoGallery *gallery = gesso_gallery_new (fixture->folder);

  g_signal_connect (gallery, "failed", G_CALLBACK (on_failed), fixture);
  wait (gallery);
  return gallery;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("gesso-gallery-XXXXXX", NULL);
  fixture->gallery = open_gallery (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  settle ();
  g_assert_finalize_object (fixture->gallery);
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->failure);
}

static void
add (Fixture *fixture, const char *prompt)
{
  g_autofree char *parameters = g_strdup_printf ("%s\nNegative prompt: snow\nSteps: 4, Seed: 7", prompt);
  g_autoptr (GessoPicture) picture =
      gesso_picture_new_take (gs_image_new (40, 30, 3), g_strdup (parameters));

  gesso_gallery_add (fixture->gallery, picture);
  wait (fixture->gallery);
  g_assert_true (gesso_picture_get_saved (picture));
}

static guint
count (GessoGallery *gallery)
{
  return g_list_model_get_n_items (G_LIST_MODEL (gallery));
}

static gboolean
exists (GessoGalleryItem *item)
{
  return g_file_test (gesso_gallery_item_get_path (item), G_FILE_TEST_EXISTS);
}

/* ---- The list ------------------------------------------------------------------------------- */

static void
test_add (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GessoGallery) again = NULL;
  g_autoptr (GessoGalleryItem) item = NULL;
  g_autofree char *prompt = NULL, *text = NULL, *other = NULL;

  g_assert_cmpuint (count (fixture->gallery), ==, 0);
  add (fixture, "a red house");
  add (fixture, "Ein grünes Boot");
  g_assert_cmpuint (count (fixture->gallery), ==, 2);
  item = g_list_model_get_item (G_LIST_MODEL (fixture->gallery), 0);
  prompt = gesso_gallery_item_dup_prompt (item);
  g_assert_cmpstr (prompt, ==, "Ein grünes Boot");
  text = gesso_gallery_index_read_parameters (gesso_gallery_item_get_path (item));
  g_assert_cmpstr (text, ==, gesso_gallery_item_get_parameters (item));

  /* What is no picture of ours is listed without words, or not at all. */
  other = g_build_filename (fixture->folder, "broken.png", NULL);
  g_assert_true (g_file_set_contents (other, "\x89PNG\r\n\x1a\nrubbish", -1, NULL));
  g_free (other);
  other = g_build_filename (fixture->folder, "notes.txt", NULL);
  g_assert_true (g_file_set_contents (other, "a red house", -1, NULL));
  again = open_gallery (fixture);
  g_assert_cmpuint (count (again), ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GessoGalleryItem) each = g_list_model_get_item (G_LIST_MODEL (again), i);

      if (g_str_has_suffix (gesso_gallery_item_get_path (each), "broken.png"))
        g_assert_null (gesso_gallery_item_get_parameters (each));
      else
        g_assert_nonnull (gesso_gallery_item_get_parameters (each));
    }
  g_assert_null (fixture->failure);
}

/* The index is only a cache: what it says of changed files does not count, and rubbish neither. */
static void
test_index (Fixture *fixture, gconstpointer data)
{
  g_autofree char *index = g_build_filename (fixture->folder, "index", NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize n_bytes;

  add (fixture, "a red house");
  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (GPtrArray) items =
          gesso_gallery_index_read (fixture->folder, index, NULL, &error);
      const char *parameters;

      g_assert_no_error (error);
      g_assert_cmpuint (items->len, ==, 1);
      parameters = gesso_gallery_item_get_parameters (g_ptr_array_index (items, 0));
      if (i == 0)
        g_assert_true (g_str_has_prefix (parameters, "a red house"));
      g_assert_true (parameters == NULL || g_utf8_validate (parameters, -1, NULL));

      /* Another byte each time, in what was just written. */
      g_free (contents);
      g_assert_true (g_file_get_contents (index, &contents, &n_bytes, NULL));
      contents[(gsize) g_test_rand_int_range (0, (int) n_bytes)] ^= (char) g_test_rand_int_range (1, 256);
      g_assert_true (g_file_set_contents (index, contents, (gssize) n_bytes, NULL));
    }
}

static void
test_trash (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GessoGalleryItem) item = NULL;

  add (fixture, "a red house");
  item = g_list_model_get_item (G_LIST_MODEL (fixture->gallery), 0);
  gesso_gallery_trash (fixture->gallery, item);
  g_assert_cmpuint (count (fixture->gallery), ==, 0);
  g_assert_true (exists (item));
  g_assert_true (gesso_gallery_undo_trash (fixture->gallery, item));
  g_assert_cmpuint (count (fixture->gallery), ==, 1);
  g_assert_false (gesso_gallery_undo_trash (fixture->gallery, item));

  /* Going elsewhere is an end too; where there is no trash the picture stays, with a sentence. */
  gesso_gallery_trash (fixture->gallery, item);
  gesso_gallery_set_folder (fixture->gallery, "/nonexistent/gesso");
  wait (fixture->gallery);
  g_assert_true (exists (item) == (fixture->failure != NULL));
}

static void
test_failure (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GessoPicture) picture = gesso_picture_new_take (gs_image_new (8, 8, 3), NULL);

  gesso_gallery_set_folder (fixture->gallery, "/proc/gesso");
  wait (fixture->gallery);
  g_assert_null (fixture->failure);
  gesso_gallery_add (fixture->gallery, picture);
  wait (fixture->gallery);
  g_assert_nonnull (fixture->failure);
  g_assert_false (gesso_picture_get_saved (picture));
  g_assert_cmpuint (count (fixture->gallery), ==, 0);
}

/* ---- Items ---------------------------------------------------------------------------------- */

static void
test_matches (void)
{
  g_autoptr (GessoGalleryItem) item =
      gesso_gallery_item_new ("/x.png", "A Red HÄUSCHEN\nSteps: 4, Sampler: Euler a", 1);
  g_autoptr (GessoGalleryItem) bare = gesso_gallery_item_new ("/y.png", "Steps: 4", 1);
  g_autoptr (GessoGalleryItem) none = gesso_gallery_item_new ("/z.png", NULL, 1);
  g_autofree char *prompt = gesso_gallery_item_dup_prompt (item);
  g_autofree char *no_prompt = gesso_gallery_item_dup_prompt (bare);

  g_assert_cmpstr (prompt, ==, "A Red HÄUSCHEN");
  g_assert_cmpstr (no_prompt, ==, "");
  g_assert_true (gesso_gallery_item_matches (item, "häuschen  red"));
  g_assert_true (gesso_gallery_item_matches (item, "euler"));
  g_assert_false (gesso_gallery_item_matches (item, "red boat"));
  g_assert_true (gesso_gallery_item_matches (none, " "));
  g_assert_false (gesso_gallery_item_matches (none, "red"));
}

/* ---- The view ------------------------------------------------------------------------------- */

static void
on_item (GessoGalleryView *view, GessoGalleryItem *item, GessoGalleryItem **seen)
{
  g_set_object (seen, item);
}

static void
test_view (Fixture *fixture, gconstpointer data)
{
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  GessoGalleryView *view = g_object_ref_sink (g_object_new (GESSO_TYPE_GALLERY_VIEW, NULL));
  g_autoptr (GessoGalleryItem) restored = NULL;
  g_autoptr (GessoGalleryItem) trashed = NULL;

  add (fixture, "a red house");
  add (fixture, "a green boat");
  add (fixture, "a red boat");
  g_signal_connect (view, "restore", G_CALLBACK (on_item), &restored);
  g_signal_connect (view, "trashed", G_CALLBACK (on_item), &trashed);
  gtk_window_set_child (window, GTK_WIDGET (view));
  gtk_window_set_default_size (window, 600, 400);
  gesso_gallery_view_set_gallery (view, fixture->gallery);
  gtk_window_present (window);
  settle ();
  g_assert_cmpuint (gesso_gallery_view_get_n_shown (view), ==, 3);

  gesso_gallery_view_search (view, "RED");
  settle ();
  g_assert_cmpuint (gesso_gallery_view_get_n_shown (view), ==, 2);
  gesso_gallery_view_search (view, "red hou");
  settle ();
  g_assert_cmpuint (gesso_gallery_view_get_n_shown (view), ==, 1);
  gesso_gallery_view_select (view, 0);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (view), "gallery.restore", NULL));
  g_assert_true (g_str_has_prefix (gesso_gallery_item_get_parameters (restored), "a red house"));

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (view), "gallery.trash", NULL));
  settle ();
  g_assert_true (trashed == restored);
  g_assert_cmpuint (gesso_gallery_view_get_n_shown (view), ==, 0);
  g_assert_true (gesso_gallery_undo_trash (fixture->gallery, trashed));
  settle ();
  g_assert_cmpuint (gesso_gallery_view_get_n_shown (view), ==, 1);

  gtk_window_destroy (window);
  settle ();
  g_assert_finalize_object (view);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "/app/gallery/add", test_add },         { "/app/gallery/index", test_index },
    { "/app/gallery/trash", test_trash },     { "/app/gallery/failure", test_failure },
    { "/app/gallery/view", test_view },
  };

  gtk_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].run, tear_down);
  g_test_add_func ("/app/gallery/matches", test_matches);

  return g_test_run ();
}
