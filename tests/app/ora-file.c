/* SPDX-License-Identifier: GPL-3.0-or-later */
/* .ora files for tests, made without any of the code under test but its PNG reader. */
#include "ora-file.h"

#include "document/gesso-png.h"

#include <archive.h>
#include <archive_entry.h>
#include <png.h>
#include <string.h>

struct _OraFile
{
  GPtrArray *names;
  GPtrArray *contents; /* of GBytes, NULL for a folder */
};

static void
free_bytes (gpointer bytes)
{
  if (bytes)
    g_bytes_unref (bytes);
}

OraFile *
ora_file_new (void)
{
  OraFile *self = g_new0 (OraFile, 1);

  self->names = g_ptr_array_new_with_free_func (g_free);
  self->contents = g_ptr_array_new_with_free_func (free_bytes);
  return self;
}

void
ora_file_free (OraFile *self)
{
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->contents);
  g_free (self);
}

void
ora_file_add (OraFile *self, const char *name, GBytes *content)
{
  g_ptr_array_add (self->names, g_strdup (name));
  g_ptr_array_add (self->contents, g_bytes_ref (content));
}

void
ora_file_add_text (OraFile *self, const char *name, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  ora_file_add (self, name, bytes);
}

void
ora_file_add_folder (OraFile *self, const char *name)
{
  g_ptr_array_add (self->names, g_strdup (name));
  g_ptr_array_add (self->contents, NULL);
}

/* libpng's simplified interface, which the code under test does not use. */
static void
add_png (OraFile *self, const char *name, png_image *image, const void *pixels)
{
  png_alloc_size_t n = 0;
  g_autofree guint8 *out = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_assert_cmpint (png_image_write_to_memory (image, NULL, &n, 0, pixels, 0, NULL), !=, 0);
  out = g_malloc (n);
  g_assert_cmpint (png_image_write_to_memory (image, out, &n, 0, pixels, 0, NULL), !=, 0);
  bytes = g_bytes_new (out, n);
  ora_file_add (self, name, bytes);
}

void
ora_file_add_png (OraFile *self, const char *name, guint width, guint height, guint32 rgba)
{
  png_image image = { .version = PNG_IMAGE_VERSION, .width = width, .height = height,
                      .format = PNG_FORMAT_RGBA };
  g_autofree guint8 *pixels = g_malloc ((gsize) width * height * 4);

  for (gsize i = 0; i < (gsize) width * height; i++)
    for (guint c = 0; c < 4; c++)
      pixels[4 * i + c] = (guint8) (rgba >> (24 - 8 * c));
  add_png (self, name, &image, pixels);
}

void
ora_file_add_png_16 (OraFile *self, const char *name, guint width, guint height, guint16 grey)
{
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct (png);
  g_autofree guint8 *row = g_malloc ((gsize) width * 2);
  g_autofree char *text = NULL;
  gsize n;
  FILE *stream = open_memstream (&text, &n);
  g_autoptr (GBytes) bytes = NULL;

  for (guint x = 0; x < width; x++)
    {
      row[2 * x] = (guint8) (grey >> 8);
      row[2 * x + 1] = (guint8) grey;
    }
  g_assert_cmpint (setjmp (png_jmpbuf (png)), ==, 0);
  png_init_io (png, stream);
  png_set_IHDR (png, info, width, height, 16, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_ADAM7,
                PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info (png, info);
  for (int pass = png_set_interlace_handling (png); pass > 0; pass--)
    for (guint y = 0; y < height; y++)
      png_write_row (png, row);
  png_write_end (png, info);
  png_destroy_write_struct (&png, &info);
  fclose (stream);
  bytes = g_bytes_new (text, n);
  ora_file_add (self, name, bytes);
}

void
ora_file_write (OraFile *self, GFile *file)
{
  struct archive *zip = archive_write_new ();

  archive_write_set_format_zip (zip);
  g_assert_cmpint (archive_write_open_filename (zip, g_file_peek_path (file)), ==, ARCHIVE_OK);
  for (guint i = 0; i < self->names->len; i++)
    {
      GBytes *content = g_ptr_array_index (self->contents, i);
      struct archive_entry *entry = archive_entry_new ();
      gsize n = 0;
      gconstpointer bytes = content ? g_bytes_get_data (content, &n) : NULL;

      archive_entry_set_pathname (entry, g_ptr_array_index (self->names, i));
      archive_entry_set_filetype (entry, content ? AE_IFREG : AE_IFDIR);
      archive_entry_set_perm (entry, 0644);
      archive_entry_set_size (entry, (la_int64_t) n);
      g_assert_cmpint (archive_write_header (zip, entry), ==, ARCHIVE_OK);
      g_assert_cmpint (archive_write_data (zip, bytes, n), ==, (int) n);
      archive_entry_free (entry);
    }
  archive_write_close (zip);
  archive_write_free (zip);
}

GHashTable *
ora_file_read (GFile *file)
{
  GHashTable *members =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  struct archive *zip = archive_read_new ();
  struct archive_entry *entry;

  archive_read_support_format_zip (zip);
  g_assert_cmpint (archive_read_open_filename (zip, g_file_peek_path (file), 4096), ==, ARCHIVE_OK);
  while (archive_read_next_header (zip, &entry) == ARCHIVE_OK)
    {
      gsize n = (gsize) archive_entry_size (entry);
      guint8 *bytes = g_malloc (n + 1);

      g_assert_cmpint (archive_read_data (zip, bytes, n), ==, (int) n);
      g_hash_table_insert (members, g_strdup (archive_entry_pathname (entry)),
                           g_bytes_new_take (bytes, n));
    }
  archive_read_free (zip);

  return members;
}

static gssize
read_bytes (guint8 *bytes, gsize n, gpointer data, GError **error)
{
  return g_input_stream_read (data, bytes, n, NULL, error);
}

GessoTiles *
ora_file_decode (GBytes *png)
{
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (png);
  guint64 max_pixels = G_MAXINT;
  GError *error = NULL;
  GessoTiles *tiles =
      gesso_png_read (read_bytes, stream, "test", 4, 0, 0, &max_pixels, NULL, &error);

  g_assert_no_error (error);
  return tiles;
}
