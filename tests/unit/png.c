/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures: PNG files of all kinds there and back, damaged ones, channels and sizes. */
#include "io/image.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <math.h>
#include <png.h>
#include <string.h>

static GsImage *
noise (guint width, guint height, guint channels)
{
  GsImage *image = gs_image_new (width, height, channels);

  for (gsize i = 0; i < (gsize) width * height * channels; i++)
    image->pixels[i] = (guint8) g_test_rand_int ();
  return image;
}

static void
assert_equal (const GsImage *a, const GsImage *b)
{
  g_assert_cmpuint (a->width, ==, b->width);
  g_assert_cmpuint (a->height, ==, b->height);
  g_assert_cmpuint (a->channels, ==, b->channels);
  g_assert_cmpmem (a->pixels, (gsize) a->width * a->height * a->channels, b->pixels,
                   (gsize) b->width * b->height * b->channels);
}

/* ---- There and back ------------------------------------------------------------------------- */

static void
test_round_trip (void)
{
  const guint channels[] = { 1, 3, 4 };
  const guint sizes[][2] = { { 1, 1 }, { 7, 5 }, { 64, 33 } };

  for (guint c = 0; c < G_N_ELEMENTS (channels); c++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      {
        g_autoptr (GsImage) image = noise (sizes[s][0], sizes[s][1], channels[c]);
        g_autoptr (GError) error = NULL;
        g_autoptr (GBytes) bytes = gs_image_to_png (image, NULL, &error);
        g_autoptr (GBytes) again = gs_image_to_png (image, NULL, &error);
        g_autofree char *parameters = NULL;
        g_autoptr (GsImage) back = gs_image_load_png_bytes (bytes, &parameters, &error);

        g_assert_no_error (error);
        g_assert_true (g_bytes_equal (bytes, again));
        g_assert_null (parameters);
        assert_equal (back, image);
      }
}

/* Every value of 16 bits comes back as the nearest of 8: v / 257, rounded. */
static void
test_deep (void)
{
  const guint width = 256, height = 64;
  g_autofree guint16 *samples = g_new (guint16, (gsize) width * height * 4);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *parameters = NULL;
  g_autoptr (GsImage) back = NULL;

  for (guint i = 0; i < width * height * 4; i++)
    samples[i] = (guint16) i;
  bytes = gs_png_from_samples_16 (samples, width, height, 4, "a boat", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (((const guint8 *) g_bytes_get_data (bytes, NULL))[24], ==, 16);
  back = gs_image_load_png_bytes (bytes, &parameters, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (parameters, ==, "a boat");
  g_assert_cmpuint (back->channels, ==, 4);
  for (guint i = 0; i < width * height * 4; i++)
    g_assert_cmpuint (back->pixels[i], ==, (i + 128) / 257);
}

static gboolean
contains (GBytes *bytes, const char *needle)
{
  gsize n;
  const char *data = g_bytes_get_data (bytes, &n);

  return memmem (data, n, needle, strlen (needle)) != NULL;
}

static void
test_text (void)
{
  static const struct
  {
    const char *text, *chunk;
  } cases[] = {
    { "a cat\nNegative prompt: blurry\nSteps: 20, Seed: 42", "tEXtparameters" },
    { "caf\xc3\xa9", "tEXtparameters" },                         /* Latin-1 holds it */
    { "\xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80", "iTXtparameters" }, /* Japanese, emoji */
    { "\xc3\x83\xc2\xa9", "iTXtparameters" },                    /* as Latin-1 it would look like UTF-8 */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GsImage) image = noise (3, 3, 3);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = gs_image_to_png (image, cases[i].text, &error);
      g_autofree char *text = NULL;
      g_autoptr (GsImage) back = gs_image_load_png_bytes (bytes, &text, &error);

      g_assert_no_error (error);
      g_assert_true (contains (bytes, cases[i].chunk));
      g_assert_cmpstr (text, ==, cases[i].text);
      assert_equal (back, image);
    }
}

static void
test_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("gesso-png-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.png", NULL);
  g_autofree char *nowhere = g_build_filename (folder, "no", "a.png", NULL);
  g_autoptr (GsImage) image = noise (20, 10, 3);
  g_autoptr (GsImage) back = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  g_autofree char *text = NULL;

  g_assert_true (gs_image_save_png (image, path, "first", &error));
  g_assert_true (gs_image_save_png (image, path, "second", &error)); /* over the first */
  g_assert_no_error (error);
  back = gs_image_load_png (path, &text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "second");
  assert_equal (back, image);

  dir = g_dir_open (folder, 0, NULL);
  g_assert_cmpstr (g_dir_read_name (dir), ==, "a.png");
  g_assert_null (g_dir_read_name (dir)); /* no temporary file is left */

  g_assert_false (gs_image_save_png (image, nowhere, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_clear_error (&error);
  g_assert_null (gs_image_load_png (nowhere, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_clear_error (&error);
  g_assert_null (gs_image_load_png (folder, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_unlink (path);
  g_rmdir (folder);
}

/* ---- Kinds that we do not write ------------------------------------------------------------- */

static void
append (png_structp png, png_bytep data, size_t n)
{
  g_byte_array_append (png_get_io_ptr (png), data, (guint) n);
}

/* What a kind of PNG holds for the 8 x 8 test picture: rows as libpng takes them. */
typedef struct
{
  int    bits, color, interlace;
  guint  row_bytes;
  guint8 rows[8][64];
  guint  want_channels;
} Kind;

static GBytes *
write_kind (Kind *kind)
{
  GByteArray *bytes = g_byte_array_new ();
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct (png);
  png_bytep rows[8];
  png_color palette[] = { { 255, 0, 0 }, { 0, 128, 255 } };
  png_byte alpha[] = { 255, 100 };

  png_set_write_fn (png, bytes, append, NULL);
  png_set_IHDR (png, info, 8, 8, kind->bits, kind->color, kind->interlace, 0, 0);
  if (kind->color == PNG_COLOR_TYPE_PALETTE)
    {
      png_set_PLTE (png, info, palette, 2);
      if (kind->want_channels == 4)
        png_set_tRNS (png, info, alpha, 2, NULL);
    }
  png_write_info (png, info);
  for (guint y = 0; y < 8; y++)
    rows[y] = kind->rows[y];
  png_write_image (png, rows);
  png_write_end (png, info);
  png_destroy_write_struct (&png, &info);
  return g_byte_array_free_to_bytes (bytes);
}

static GsImage *
read_kind (Kind *kind)
{
  g_autoptr (GBytes) bytes = write_kind (kind);
  g_autoptr (GError) error = NULL;
  GsImage *image = gs_image_load_png_bytes (bytes, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (image->width, ==, 8);
  g_assert_cmpuint (image->height, ==, 8);
  g_assert_cmpuint (image->channels, ==, kind->want_channels);
  return image;
}

static void
test_bits (void)
{
  for (int interlace = 0; interlace < 2; interlace++)
    {
      Kind bit = { 1, PNG_COLOR_TYPE_GRAY, interlace, 1, { { 0x80 }, { 0x01 } }, 1 };
      Kind deep = { 16, PNG_COLOR_TYPE_RGB, interlace, 48, { { 0xff, 0xff, 0x80, 0x7f, 0, 0 } }, 3 };
      Kind gray = { 8, PNG_COLOR_TYPE_GRAY_ALPHA, interlace, 16, { { 77, 33 } }, 4 };
      g_autoptr (GsImage) from_bit = read_kind (&bit);
      g_autoptr (GsImage) from_deep = read_kind (&deep);
      g_autoptr (GsImage) from_gray = read_kind (&gray);
      const guint8 want_gray[] = { 77, 77, 77, 33 };

      g_assert_cmpuint (from_bit->pixels[0], ==, 255);
      g_assert_cmpuint (from_bit->pixels[1], ==, 0);
      g_assert_cmpuint (from_bit->pixels[8 + 7], ==, 255);
      g_assert_cmpuint (from_deep->pixels[0], ==, 255);
      g_assert_cmpuint (from_deep->pixels[1], ==, 128); /* rounded, not cut */
      g_assert_cmpmem (from_gray->pixels, 4, want_gray, 4);
    }
}

static void
test_palette (void)
{
  Kind plain = { 8, PNG_COLOR_TYPE_PALETTE, 1, 8, { { 0, 1 } }, 3 };
  Kind clear = { 1, PNG_COLOR_TYPE_PALETTE, 0, 1, { { 0x40 } }, 4 };
  const guint8 want_plain[] = { 255, 0, 0, 0, 128, 255 };
  const guint8 want_clear[] = { 255, 0, 0, 255, 0, 128, 255, 100 };
  g_autoptr (GsImage) from_plain = read_kind (&plain);
  g_autoptr (GsImage) from_clear = read_kind (&clear);

  g_assert_cmpmem (from_plain->pixels, 6, want_plain, 6);
  g_assert_cmpmem (from_clear->pixels, 8, want_clear, 8);
}

/* ---- Damaged files -------------------------------------------------------------------------- */

static gboolean
loads (const guint8 *data, gsize n)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, n);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GsImage) image = gs_image_load_png_bytes (bytes, &text, &error);

  g_assert_true ((image == NULL) == (error != NULL));
  return image != NULL;
}

static void
test_truncated (void)
{
  g_autoptr (GsImage) image = noise (16, 16, 3);
  g_autoptr (GBytes) bytes = gs_image_to_png (image, "text", NULL);
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);

  for (gsize cut = 0; cut < n; cut++)
    g_assert_false (loads (data, cut));
  g_assert_true (loads (data, n));
}

/* Any byte changed: an error, or a picture (a change in a text chunk does not matter), never a crash. */
static void
test_flipped (void)
{
  g_autoptr (GsImage) image = noise (8, 8, 4);
  g_autoptr (GBytes) bytes = gs_image_to_png (image, "some text", NULL);
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);
  g_autofree guint8 *copy = g_memdup2 (data, n);
  guint n_refused = 0;

  for (gsize i = 0; i < n; i++)
    for (guint bit = 0; bit < 8; bit++)
      {
        copy[i] ^= 1u << bit;
        n_refused += !loads (copy, n);
        copy[i] ^= 1u << bit;
      }
  g_assert_cmpuint (n_refused, >, 4 * n);
}

static guint32
crc (const guint8 *data, gsize n)
{
  guint32 c = 0xffffffffu;

  for (gsize i = 0; i < n; i++)
    {
      c ^= data[i];
      for (guint k = 0; k < 8; k++)
        c = (c & 1) ? 0xedb88320u ^ (c >> 1) : c >> 1;
    }
  return ~c;
}

/* Nor is memory taken for a chunk that claims to be longer than the file. */
static void
test_long_chunk (void)
{
  g_autoptr (GsImage) image = gs_image_new (8, 8, 3);
  g_autoptr (GBytes) bytes = gs_image_to_png (image, "some text", NULL);
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);
  g_autofree guint8 *copy = g_memdup2 (data, n);
  g_autoptr (GBytes) changed = NULL;
  g_autoptr (GError) error = NULL;

  copy[33] = 0x7f; /* the top byte of the text chunk's length */
  changed = g_bytes_new (copy, n);
  g_assert_null (gs_image_load_png_bytes (changed, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_assert_nonnull (strstr (error->message, "not complete")); /* said before libpng was asked */
}

/* A tiny file that claims to be huge is refused before anything is allocated for it. */
static void
test_huge (void)
{
  static const guint32 sizes[][2] = {
    { 32768, 32768 }, { 32769, 1 }, { 0x7fffffff, 0x7fffffff }, { 0, 5 }, { 0xffffffffu, 1 },
  };
  g_autoptr (GsImage) image = noise (8, 8, 4);
  g_autoptr (GBytes) bytes = gs_image_to_png (image, NULL, NULL);
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);
  g_autofree guint8 *copy = g_memdup2 (data, n);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      guint32 width = GUINT32_TO_BE (sizes[i][0]), height = GUINT32_TO_BE (sizes[i][1]), sum;

      memcpy (copy + 16, &width, 4); /* the header chunk's data start at 16, its checksum is at 29 */
      memcpy (copy + 20, &height, 4);
      sum = GUINT32_TO_BE (crc (copy + 12, 17));
      memcpy (copy + 29, &sum, 4);
      g_assert_false (loads (copy, n));
    }
}

/* Nor if it could be so large, were it longer. */
static void
test_short (void)
{
  g_autoptr (GsImage) image = noise (8, 8, 4);
  g_autoptr (GBytes) bytes = gs_image_to_png (image, NULL, NULL);
  g_autoptr (GBytes) changed = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);
  g_autofree guint8 *copy = g_memdup2 (data, n);
  const guint32 side = GUINT32_TO_BE (8192);
  guint32 sum;

  memcpy (copy + 16, &side, 4);
  memcpy (copy + 20, &side, 4);
  sum = GUINT32_TO_BE (crc (copy + 12, 17));
  memcpy (copy + 29, &sum, 4);
  changed = g_bytes_new (copy, n);
  g_assert_null (gs_image_load_png_bytes (changed, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_assert_nonnull (strstr (error->message, "too short"));
}

/* What deflate packs best is not taken for short. */
static void
test_dense (void)
{
  static const guint sides[][2] = { { 4096, 4096 }, { 1, 32768 }, { 32768, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      g_autoptr (GsImage) black = gs_image_new (sides[i][0], sides[i][1], 1);
      g_autoptr (GBytes) bytes = gs_image_to_png (black, NULL, NULL);
      gsize n;
      const guint8 *data = g_bytes_get_data (bytes, &n);

      g_assert_true (loads (data, n));
    }
}

static void
test_limits (void)
{
  static const guint cases[][3] = {
    { 0, 1, 3 }, { 1, 0, 3 }, { 32769, 1, 3 }, { 32768, 32768, 3 }, { 4, 4, 2 }, { 4, 4, 5 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gs_image_try_new (cases[i][0], cases[i][1], cases[i][2], &error));
      g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
    }
}

/* ---- Channels and sizes --------------------------------------------------------------------- */

static void
test_convert (void)
{
  g_autoptr (GsImage) image = gs_image_new (2, 1, 4);
  const guint8 pixels[] = { 255, 0, 0, 255, 0, 0, 0, 51 };
  const guint8 rgb[] = { 255, 0, 0, 204, 204, 204 };
  const guint8 gray[] = { 76, 0 };
  g_autoptr (GsImage) to_rgb = NULL;
  g_autoptr (GsImage) to_gray = NULL;
  g_autoptr (GsImage) back = NULL;

  memcpy (image->pixels, pixels, sizeof pixels);
  to_rgb = gs_image_convert (image, 3);
  to_gray = gs_image_convert (image, 1);
  back = gs_image_convert (to_gray, 4);
  g_assert_cmpmem (to_rgb->pixels, 6, rgb, 6);
  g_assert_cmpmem (to_gray->pixels, 2, gray, 2);
  g_assert_cmpuint (back->pixels[2], ==, 76);
  g_assert_cmpuint (back->pixels[7], ==, 255);
}

/* A straight ramp stays one, a flat picture flat, and the mean is kept. */
static void
test_resize (void)
{
  const guint sizes[][2] = { { 16, 16 }, { 64, 64 }, { 17, 64 }, { 100, 9 }, { 1, 1 }, { 64, 1 } };
  const GsImageFilter filters[] = { GS_IMAGE_LANCZOS, GS_IMAGE_BILINEAR };
  g_autoptr (GsImage) ramp = gs_image_new (40, 40, 3);

  for (guint i = 0; i < 40 * 40; i++)
    {
      ramp->pixels[3 * i] = (guint8) (20 + 5 * (i % 40));
      ramp->pixels[3 * i + 1] = 123;
      ramp->pixels[3 * i + 2] = (guint8) (20 + 5 * (i / 40));
    }
  for (guint f = 0; f < G_N_ELEMENTS (filters); f++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      {
        guint width = sizes[s][0], height = sizes[s][1];
        g_autoptr (GsImage) resized = gs_image_resize (ramp, width, height, filters[f]);
        double sum = 0;

        g_assert_cmpuint (resized->width, ==, width);
        g_assert_cmpuint (resized->height, ==, height);
        for (guint i = 0; i < width * height; i++)
          {
            double x = (i % width + 0.5) * 40 / width - 0.5;
            const guint8 *pixel = resized->pixels + 3 * i;

            g_assert_cmpuint (pixel[1], ==, 123);
            if (x > 8 && x < 31)
              g_assert_cmpfloat (fabs (pixel[0] - (20 + 5 * x)), <=, 1.5);
            sum += pixel[0];
          }
        g_assert_cmpfloat (fabs (sum / (width * height) - 117.5), <=, 1.5);
      }
}

/* The colour under full transparency does not bleed into its neighbours. */
static void
test_resize_alpha (void)
{
  g_autoptr (GsImage) image = gs_image_new (8, 8, 4);
  g_autoptr (GsImage) small = NULL;

  for (guint i = 0; i < 64; i++)
    {
      const guint8 left[] = { 200, 100, 50, 255 }, right[] = { 0, 255, 0, 0 };

      memcpy (image->pixels + 4 * i, i % 8 < 4 ? left : right, 4);
    }
  small = gs_image_resize (image, 3, 3, GS_IMAGE_BILINEAR);
  for (guint i = 0; i < 9; i++)
    if (small->pixels[4 * i + 3] > 0)
      {
        g_assert_cmpint (ABS (small->pixels[4 * i] - 200), <=, 1);
        g_assert_cmpint (ABS (small->pixels[4 * i + 1] - 100), <=, 1);
      }
  g_assert_cmpuint (small->pixels[3], >, 250);
  g_assert_cmpuint (small->pixels[4 * 2 + 3], <, 20);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/png/round-trip", test_round_trip);
  g_test_add_func ("/png/deep", test_deep);
  g_test_add_func ("/png/text", test_text);
  g_test_add_func ("/png/file", test_file);
  g_test_add_func ("/png/bits", test_bits);
  g_test_add_func ("/png/palette", test_palette);
  g_test_add_func ("/png/truncated", test_truncated);
  g_test_add_func ("/png/flipped", test_flipped);
  g_test_add_func ("/png/huge", test_huge);
  g_test_add_func ("/png/short", test_short);
  g_test_add_func ("/png/dense", test_dense);
  g_test_add_func ("/png/long-chunk", test_long_chunk);
  g_test_add_func ("/png/limits", test_limits);
  g_test_add_func ("/png/convert", test_convert);
  g_test_add_func ("/png/resize", test_resize);
  g_test_add_func ("/png/resize-alpha", test_resize_alpha);
  return g_test_run ();
}
