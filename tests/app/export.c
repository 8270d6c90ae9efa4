/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The flattened picture as files of 8 and 16 bits, and back; and that a file is replaced or stays. */
#include "engine/gesso-export.h"
#include "engine/gesso-picture.h"

#include "document/gesso-composite.h"
#include "document/gesso-replace.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>
#include <png.h>
#include <unistd.h>

#define WIDTH 96
#define HEIGHT 40

typedef struct
{
  char          *folder;
  GFile         *file;
  GessoSnapshot *snapshot;
  guint8        *pixels; /* of it, premultiplied */
} Fixture;

/* One layer of noise; data: whether it is opaque. */
static void
set_up (Fixture *fixture, gconstpointer opaque)
{
  const GdkRectangle all = { 0, 0, WIDTH, HEIGHT };
  GessoLayerState *layer = gesso_layer_state_new (GESSO_LAYER_RASTER, "Ground");
  g_autofree char *path = NULL;

  fixture->folder = g_dir_make_tmp ("gesso-export-XXXXXX", NULL);
  path = g_build_filename (fixture->folder, "picture.png", NULL);
  fixture->file = g_file_new_for_path (path);
  fixture->pixels = g_malloc (WIDTH * HEIGHT * 4);
  for (guint i = 0; i < WIDTH * HEIGHT; i++)
    {
      guint alpha = opaque ? 255 : (guint) g_test_rand_int_range (0, 256);

      for (guint c = 0; c < 3; c++)
        fixture->pixels[4 * i + c] = (guint8) g_test_rand_int_range (0, (gint32) alpha + 1);
      fixture->pixels[4 * i + 3] = (guint8) alpha;
    }
  gesso_tiles_unref (layer->tiles);
  layer->tiles = gesso_tiles_new (4);
  gesso_tiles_write (layer->tiles, &all, fixture->pixels, WIDTH * 4);
  fixture->snapshot = gesso_snapshot_new (WIDTH, HEIGHT);
  g_ptr_array_add (fixture->snapshot->layers, layer);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_file_delete (fixture->file, NULL, NULL);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0); /* nothing temporary is left */
  g_object_unref (fixture->file);
  gesso_snapshot_unref (fixture->snapshot);
  g_free (fixture->pixels);
  g_free (fixture->folder);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
export_to_file (Fixture *fixture, gboolean deep)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  gesso_export_async (fixture->snapshot, "a boat\nSteps: 4", deep, fixture->file, NULL, on_done,
                      &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (gesso_export_finish (result, &error));
  g_assert_no_error (error);
}

/* The file's samples as they are in it. */
static guint16 *
read_samples (Fixture *fixture, guint *depth, guint *channels)
{
  png_structp png = png_create_read_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct (png);
  FILE *file = g_fopen (g_file_peek_path (fixture->file), "rb");
  guint16 *samples;
  png_bytepp rows;

  g_assert_nonnull (file);
  png_init_io (png, file);
  png_read_png (png, info, PNG_TRANSFORM_IDENTITY, NULL);
  rows = png_get_rows (png, info);
  *depth = png_get_bit_depth (png, info);
  *channels = png_get_channels (png, info);
  g_assert_cmpuint (png_get_image_width (png, info), ==, WIDTH);
  g_assert_cmpuint (png_get_image_height (png, info), ==, HEIGHT);
  samples = g_new (guint16, WIDTH * HEIGHT * *channels);
  for (guint y = 0; y < HEIGHT; y++)
    for (guint i = 0; i < WIDTH * *channels; i++)
      samples[y * WIDTH * *channels + i] =
          *depth == 16 ? (guint16) (rows[y][2 * i] << 8 | rows[y][2 * i + 1]) : rows[y][i];
  png_destroy_read_struct (&png, &info, NULL);
  fclose (file);

  return samples;
}

/* Opaque: every sample is 257 times that of the layer, and reading it gives the layer's back. */
static void
test_opaque (Fixture *fixture, gconstpointer data)
{
  for (guint deep = 0; deep < 2; deep++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GessoPicture) picture = NULL;
      g_autofree guint16 *samples = NULL;
      g_autofree guint32 *words = g_new (guint32, WIDTH * HEIGHT);
      guint depth, channels;

      export_to_file (fixture, deep == 1);
      samples = read_samples (fixture, &depth, &channels);
      g_assert_cmpuint (depth, ==, deep ? 16 : 8);
      g_assert_cmpuint (channels, ==, 3);
      for (guint i = 0; i < WIDTH * HEIGHT * 3; i++)
        g_assert_cmpuint (samples[i], ==, fixture->pixels[i / 3 * 4 + i % 3] * (deep ? 257 : 1));

      gesso_picture_load_async (fixture->file, NULL, on_done, &result);
      while (result == NULL)
        g_main_context_iteration (NULL, TRUE);
      picture = gesso_picture_load_finish (result, NULL);
      g_assert_cmpstr (gesso_picture_get_parameters (picture), ==, "a boat\nSteps: 4");
      gdk_texture_download (gesso_picture_get_texture (picture), (guchar *) words, WIDTH * 4);
      for (guint i = 0; i < WIDTH * HEIGHT; i++)
        for (guint c = 0; c < 3; c++)
          g_assert_cmpuint (words[i] >> (16 - 8 * c) & 0xff, ==, fixture->pixels[4 * i + c]);
    }
}

/* Transparent: 16 bits hold a straight colour well enough that multiplying by alpha gives the very
 * byte of the layer; 8 bits do not, which is what they are for. */
static void
test_transparent (Fixture *fixture, gconstpointer data)
{
  g_autofree guint16 *samples = NULL;
  guint depth, channels;

  export_to_file (fixture, TRUE);
  samples = read_samples (fixture, &depth, &channels);
  g_assert_cmpuint (depth, ==, 16);
  g_assert_cmpuint (channels, ==, 4);
  for (guint i = 0; i < WIDTH * HEIGHT; i++)
    {
      guint64 alpha = samples[4 * i + 3];

      g_assert_cmpuint (alpha, ==, fixture->pixels[4 * i + 3] * 257);
      for (guint c = 0; c < 3; c++)
        g_assert_cmpuint ((samples[4 * i + c] * alpha / 257 + 32767) / 65535, ==,
                          fixture->pixels[4 * i + c]);
    }
}

/* JPEG has no 16 bits: it is as without. */
static void
test_jpeg (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "picture.jpg", NULL);
  g_autofree char *contents = NULL;
  gsize n_bytes;

  g_object_unref (fixture->file);
  fixture->file = g_file_new_for_path (path);
  export_to_file (fixture, TRUE);
  g_assert_true (g_file_get_contents (path, &contents, &n_bytes, NULL));
  g_assert_cmpmem (contents, 3, "\xff\xd8\xff", 3);
}

/* ---- Replacing ------------------------------------------------------------------------------ */

static gboolean
write_half (GOutputStream *stream, gpointer data, GCancellable *cancellable, GError **error)
{
  g_output_stream_write_all (stream, "half", 4, NULL, NULL, NULL);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "No space left.");
  return FALSE;
}

static void
assert_contents (GFile *file, const char *expected)
{
  g_autofree char *contents = NULL;

  g_assert_true (g_file_get_contents (g_file_peek_path (file), &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, expected);
}

/* Whole or not at all; permissions stay, and so does a link. */
static void
test_replace (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) first = g_bytes_new_static ("first", 5);
  g_autoptr (GBytes) second = g_bytes_new_static ("second", 6);
  g_autofree char *link_path = g_build_filename (fixture->folder, "link", NULL);
  g_autoptr (GFile) link_file = g_file_new_for_path (link_path);
  g_autoptr (GError) error = NULL;
  GStatBuf status;

  g_assert_true (gesso_replace_contents (fixture->file, first, NULL, &error));
  g_assert_cmpint (g_chmod (g_file_peek_path (fixture->file), 0640), ==, 0);
  g_assert_false (gesso_replace_file (fixture->file, write_half, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  assert_contents (fixture->file, "first");

  g_assert_cmpint (symlink ("picture.png", link_path), ==, 0);
  g_clear_error (&error);
  g_assert_true (gesso_replace_contents (link_file, second, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_test (link_path, G_FILE_TEST_IS_SYMLINK));
  assert_contents (fixture->file, "second");
  g_assert_cmpint (g_stat (g_file_peek_path (fixture->file), &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0640);
  g_assert_cmpint (g_unlink (link_path), ==, 0);
}

/* A folder that is not there: the sentence names the file and says what to do. */
static void
test_nowhere (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "none", "lost.png", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("first", 5);
  g_autoptr (GError) error = NULL;

  g_assert_false (gesso_replace_contents (file, bytes, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "lost.png"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, opaque, func) \
  g_test_add ("/app/export/" name, Fixture, GINT_TO_POINTER (opaque), set_up, func, tear_down)
  ADD ("opaque", TRUE, test_opaque);
  ADD ("transparent", FALSE, test_transparent);
  ADD ("jpeg", FALSE, test_jpeg);
  ADD ("replace", TRUE, test_replace);
  ADD ("nowhere", TRUE, test_nowhere);
#undef ADD

  return g_test_run ();
}
