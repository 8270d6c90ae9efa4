/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoPicture: what a file and the clipboard hold, opaque for the engine, as it is for a layer. */
#include "canvas/gesso-texture-tiles.h"
#include "engine/gesso-picture-private.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>

#define WIDTH 200
#define HEIGHT 100 /* more than a band of tiles */

/* Red, half red, and nothing at all, in three columns. */
static guint8
get_alpha (guint x)
{
  return x < 64 ? 255 : x < 128 ? 128 : 0;
}

static GdkPixbuf *
make_pixbuf (void)
{
  GdkPixbuf *pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, TRUE, 8, WIDTH, HEIGHT);

  for (guint y = 0; y < HEIGHT; y++)
    for (guint x = 0; x < WIDTH; x++)
      {
        guint8 *pixel = gdk_pixbuf_get_pixels (pixbuf) + y * (guint) gdk_pixbuf_get_rowstride (pixbuf) + x * 4;

        pixel[0] = 255;
        pixel[1] = pixel[2] = 0;
        pixel[3] = get_alpha (x);
      }

  return pixbuf;
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GAsyncResult *
wait (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return *result;
}

static void
assert_contents (GessoPicture *picture)
{
  const GsImage *image = gesso_picture_get_image (picture);
  GdkTexture *look = gesso_picture_get_look (picture);
  g_autofree guint8 *pixels = g_malloc (WIDTH * HEIGHT * 4);
  GdkRectangle bounds;

  g_assert_cmpuint (gesso_picture_get_width (picture), ==, WIDTH);
  g_assert_cmpuint (gesso_picture_get_height (picture), ==, HEIGHT);
  g_assert_true (gesso_tiles_get_bounds (gesso_picture_get_tiles (picture), &bounds));
  g_assert_true (gdk_rectangle_equal (&bounds, &(GdkRectangle) { 0, 0, 128, HEIGHT }));
  gesso_tiles_read (gesso_picture_get_tiles (picture), &(GdkRectangle) { 0, 0, WIDTH, HEIGHT }, pixels,
                    WIDTH * 4);
  for (guint k = 0; k < WIDTH * HEIGHT; k++)
    {
      const guint8 alpha = get_alpha (k % WIDTH), white = 255 - alpha;

      g_assert_cmpmem (pixels + 4 * k, 4, ((guint8[]) { alpha, 0, 0, alpha }), 4);
      g_assert_cmpmem (image->pixels + 3 * k, 3, ((guint8[]) { 255, white, white }), 3);
    }

  g_assert_cmpint (gdk_texture_get_width (look), ==, 96);
  g_assert_cmpint (gdk_texture_get_height (look), ==, 48);
  gdk_texture_download (look, pixels, 96 * 4);
  g_assert_cmphex (((guint32 *) (gpointer) pixels)[0], ==, 0xffff0000);
  g_assert_cmphex (((guint32 *) (gpointer) pixels)[96 * 48 - 1], ==, 0xffffffff);
}

static void
test_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("gesso-test-XXXXXX", NULL);
  static const char *const types[] = { "png", "tiff" }; /* read by the engine, and by GTK */

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *path = g_build_filename (folder, types[i], NULL);
      g_autoptr (GFile) file = g_file_new_for_path (path);
      g_autoptr (GdkPixbuf) pixbuf = make_pixbuf ();
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GessoPicture) picture = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (gdk_pixbuf_save (pixbuf, path, types[i], &error, NULL));
      gesso_picture_load_async (file, NULL, on_result, &result);
      picture = gesso_picture_load_finish (wait (&result), &error);
      g_assert_no_error (error);
      assert_contents (picture);
      g_unlink (path);
    }
  g_rmdir (folder);
}

static void
test_texture (void)
{
  g_autoptr (GdkPixbuf) pixbuf = make_pixbuf ();
  g_autoptr (GdkTexture) texture = gdk_texture_new_for_pixbuf (pixbuf);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GessoPicture) picture = NULL;
  g_autoptr (GError) error = NULL;

  gesso_picture_from_texture_async (texture, NULL, on_result, &result);
  picture = gesso_picture_from_texture_finish (wait (&result), &error);
  g_assert_no_error (error);
  assert_contents (picture);
}

/* What another program has put on the clipboard, and what is no picture. */
static void
test_stream (void)
{
  g_autoptr (GdkPixbuf) pixbuf = make_pixbuf ();
  g_autoptr (GInputStream) stream = NULL, words = NULL;
  g_autoptr (GAsyncResult) result = NULL, none = NULL;
  g_autoptr (GessoPicture) picture = NULL;
  g_autoptr (GError) error = NULL;
  char *bytes;
  gsize n;

  g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, &bytes, &n, "png", &error, NULL));
  stream = g_memory_input_stream_new_from_data (bytes, (gssize) n, g_free);
  gesso_picture_from_stream_async (stream, NULL, on_result, &result);
  picture = gesso_picture_from_stream_finish (wait (&result), &error);
  g_assert_no_error (error);
  assert_contents (picture);

  words = g_memory_input_stream_new_from_data ("no picture", -1, NULL);
  gesso_picture_from_stream_async (words, NULL, on_result, &none);
  g_assert_null (gesso_picture_from_stream_finish (wait (&none), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* What is made has no transparency, and may be smaller than a look. */
static void
test_made (void)
{
  GsImage *image = gs_image_new (5, 3, 3);
  g_autoptr (GessoPicture) picture = NULL;
  GdkRectangle bounds;
  guint8 pixel[4];

  for (guint i = 0; i < 5 * 3 * 3; i++)
    image->pixels[i] = (guint8) (3 * i);
  picture = gesso_picture_new_take (image, NULL);
  gesso_tiles_read (gesso_picture_get_tiles (picture), &(GdkRectangle) { 1, 1, 1, 1 }, pixel, 4);
  g_assert_cmpmem (pixel, 4, ((guint8[]) { 54, 57, 60, 255 }), 4);
  g_assert_true (gesso_tiles_get_bounds (gesso_picture_get_tiles (picture), &bounds));
  g_assert_true (gdk_rectangle_equal (&bounds, &(GdkRectangle) { 0, 0, 5, 3 }));
  g_assert_cmpint (gdk_texture_get_width (gesso_picture_get_look (picture)), ==, 5);
  g_assert_cmpint (gdk_texture_get_height (gesso_picture_get_look (picture)), ==, 3);
}

/* White on nothing is a mask as white on black is; black is none. */
static void
test_mask (void)
{
  static const guint8 white[4] = { 255, 255, 255, 255 }, black[4] = { 0, 0, 0, 255 };
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  g_autoptr (GessoTiles) mask = NULL, half = NULL;
  GdkRectangle bounds;
  guint8 byte;

  gesso_tiles_fill (tiles, &(GdkRectangle) { 0, 0, 40, 60 }, white);
  gesso_tiles_fill (tiles, &(GdkRectangle) { 40, 0, 40, 60 }, black);
  mask = gesso_tiles_to_mask (tiles, 120, 60, 120, 60);
  g_assert_true (gesso_tiles_get_bounds (mask, &bounds));
  g_assert_true (gdk_rectangle_equal (&bounds, &(GdkRectangle) { 0, 0, 40, 60 }));
  gesso_tiles_read (mask, &(GdkRectangle) { 39, 59, 1, 1 }, &byte, 1);
  g_assert_cmpuint (byte, ==, 255);

  half = gesso_tiles_to_mask (tiles, 120, 60, 60, 30);
  g_assert_true (gesso_tiles_get_bounds (half, &bounds));
  g_assert_true (gdk_rectangle_equal (&bounds, &(GdkRectangle) { 0, 0, 20, 30 }));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/picture/file", test_file);
  g_test_add_func ("/app/picture/texture", test_texture);
  g_test_add_func ("/app/picture/stream", test_stream);
  g_test_add_func ("/app/picture/made", test_made);
  g_test_add_func ("/app/picture/mask", test_mask);

  return g_test_run ();
}
