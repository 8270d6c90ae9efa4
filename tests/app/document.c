/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoDocument: what it starts from, and that no result is lost. */
#include "document/gesso-document.h"
#include "engine/gesso-picture-private.h"

static GessoPicture *
new_picture (guint width, guint height)
{
  return gesso_picture_new_take (gs_image_new (width, height, 3), NULL);
}

static void
count (guint *n)
{
  (*n)++;
}

static void
test_start (void)
{
  g_autoptr (GessoDocument) document = gesso_document_new ();
  g_autoptr (GessoPicture) start = new_picture (64, 32);
  guint n = 0;

  g_signal_connect_swapped (document, "notify::start", G_CALLBACK (count), &n);
  g_assert_null (gesso_document_get_start (document));
  gesso_document_set_start (document, start);
  gesso_document_set_start (document, start);
  g_assert_true (gesso_document_get_start (document) == start);
  gesso_document_set_start (document, NULL);
  g_assert_null (gesso_document_get_start (document));
  g_assert_cmpuint (n, ==, 2);
}

/* The canvas is started from unless one says otherwise. */
static void
test_use_canvas (void)
{
  g_autoptr (GessoDocument) document = gesso_document_new ();
  guint n = 0;

  g_assert_true (gesso_document_get_use_canvas (document));
  g_signal_connect_swapped (document, "notify::use-canvas", G_CALLBACK (count), &n);
  g_object_set (document, "use-canvas", FALSE, NULL);
  gesso_document_set_use_canvas (document, FALSE);
  g_assert_false (gesso_document_get_use_canvas (document));
  g_assert_cmpuint (n, ==, 1);
}

/* There is one painting from the beginning, empty and unmodified, which goes with the document. */
static void
test_painting (void)
{
  GessoDocument *document = gesso_document_new ();
  GessoPainting *painting = g_object_ref (gesso_document_get_painting (document));

  g_assert_cmpuint (gesso_painting_get_n_layers (painting), ==, 0);
  g_assert_false (gesso_painting_get_modified (painting));
  g_assert_finalize_object (document);
  g_assert_finalize_object (painting);
}

static void
test_history (void)
{
  g_autoptr (GessoDocument) document = gesso_document_new ();
  g_autoptr (GessoPicture) first = new_picture (8, 8);
  g_autoptr (GessoPicture) second = new_picture (8, 8);
  g_autoptr (GPtrArray) unsaved = NULL;

  gesso_document_go_to (document, 3);
  g_assert_null (gesso_document_get_picture (document));
  gesso_document_add_picture (document, first);
  gesso_document_add_picture (document, second);
  g_assert_true (gesso_document_get_picture (document) == second);
  gesso_document_go_to (document, -5);
  g_assert_true (gesso_document_get_picture (document) == first);
  gesso_document_go_to (document, 99);
  g_assert_true (gesso_document_get_picture (document) == second);

  unsaved = gesso_document_get_unsaved (document);
  g_assert_cmpuint (unsaved->len, ==, 2);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;

  gesso_picture_save_finish (GESSO_PICTURE (source), result, &error);
  g_assert_no_error (error);
  g_main_loop_quit (data);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;

  *(GessoPicture **) data = gesso_picture_load_finish (result, &error);
  g_assert_no_error (error);
}

/* Grey and transparent pictures become RGB; a saved one comes back the same, with its text. */
static void
test_save_and_load (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  GsImage *rgba = gs_image_new (2, 1, 4);
  g_autoptr (GessoPicture) picture = NULL;
  g_autoptr (GessoPicture) loaded = NULL;
  g_autoptr (GFileIOStream) stream = NULL;
  g_autoptr (GFile) file = g_file_new_tmp ("gesso-XXXXXX.png", &stream, NULL);
  const GsImage *image;

  rgba->pixels[0] = 200;
  rgba->pixels[3] = 255; /* opaque; the other pixel is not there at all */
  picture = gesso_picture_new_take (rgba, g_strdup ("a boat\nSteps: 3"));
  g_assert_false (gesso_picture_get_saved (picture));
  gesso_picture_save_async (picture, file, NULL, on_saved, loop);
  g_main_loop_run (loop);
  g_assert_true (gesso_picture_get_saved (picture));

  gesso_picture_load_async (file, NULL, on_loaded, &loaded);
  while (loaded == NULL)
    g_main_context_iteration (NULL, TRUE);
  image = gesso_picture_get_image (loaded);
  g_assert_cmpuint (image->channels, ==, 3);
  g_assert_cmpmem (image->pixels, 6, "\xc8\0\0\xff\xff\xff", 6);
  g_assert_cmpstr (gesso_picture_get_parameters (loaded), ==, "a boat\nSteps: 3");
  g_file_delete (file, NULL, NULL);
}

static void
on_refused (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_null (gesso_picture_load_finish (result, data));
}

/* One pixel more than a painting can have. */
static void
test_too_large (void)
{
  g_autoptr (GessoPicture) picture = new_picture (GESSO_MAX_SIZE + 1, 1);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GFileIOStream) stream = NULL;
  g_autoptr (GFile) file = g_file_new_tmp ("gesso-XXXXXX.png", &stream, NULL);
  g_autoptr (GError) error = NULL;

  gesso_picture_save_async (picture, file, NULL, on_saved, loop);
  g_main_loop_run (loop);
  gesso_picture_load_async (file, NULL, on_refused, &error);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);

  gesso_picture_from_texture_async (gesso_picture_get_texture (picture), NULL, on_refused, &error);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_file_delete (file, NULL, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/document/start", test_start);
  g_test_add_func ("/app/document/use-canvas", test_use_canvas);
  g_test_add_func ("/app/document/painting", test_painting);
  g_test_add_func ("/app/document/history", test_history);
  g_test_add_func ("/app/document/save-and-load", test_save_and_load);
  g_test_add_func ("/app/document/too-large", test_too_large);

  return g_test_run ();
}
