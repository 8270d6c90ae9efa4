/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Records of a zip file by PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12
 * (directory) and 4.3.16 (end of it); sizes are of 32 bits.
 */
#include "config.h"

#include "gesso-zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <zlib.h>

#define MAX_MEMBERS 10000
#define MAX_NAME_BYTES 1024
/* Of a file that has to be loaded because it has no path. */
#define MAX_LOADED_BYTES ((goffset) 1 << 31)

/* ---- Writing -------------------------------------------------------------------------------- */

struct _GessoZipWriter
{
  GOutputStream *stream;
  GByteArray    *directory;
  GHashTable    *names;
  guint64        offset;
};

GessoZipWriter *
gesso_zip_writer_new (GOutputStream *stream)
{
  GessoZipWriter *self = g_new0 (GessoZipWriter, 1);

  self->stream = g_object_ref (stream);
  self->directory = g_byte_array_new ();
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
gesso_zip_writer_free (GessoZipWriter *self)
{
  g_object_unref (self->stream);
  g_byte_array_unref (self->directory);
  g_hash_table_unref (self->names);
  g_free (self);
}

static void
put (GByteArray *out, guint32 value, guint n_bytes)
{
  for (guint i = 0; i < n_bytes; i++)
    g_byte_array_append (out, (const guint8[]) { (guint8) (value >> (8 * i)) }, 1);
}

/* What the local header and the directory have in common: version 2.0, UTF-8 names, stored, the
 * first day of MS-DOS for a date (files of the same content are the same), sizes. */
static void
put_member (GByteArray *out, guint32 crc, guint32 n_bytes, guint name_bytes)
{
  put (out, 20, 2);
  put (out, 1 << 11, 2);
  put (out, 0, 2);
  put (out, 0, 2);
  put (out, 0x21, 2);
  put (out, crc, 4);
  put (out, n_bytes, 4);
  put (out, n_bytes, 4);
  put (out, name_bytes, 2);
  put (out, 0, 2);
}

static gboolean
write_all (GessoZipWriter *self, const void *bytes, gsize n, GCancellable *cancellable, GError **error)
{
  self->offset += n;
  return g_output_stream_write_all (self->stream, bytes, n, NULL, cancellable, error);
}

gboolean
gesso_zip_writer_add (GessoZipWriter *self,
                      const char     *name,
                      GBytes         *content,
                      GCancellable   *cancellable,
                      GError        **error)
{
  g_autoptr (GByteArray) header = g_byte_array_new ();
  gsize n_bytes, name_bytes = strlen (name);
  const guint8 *bytes = g_bytes_get_data (content, &n_bytes);
  guint32 offset = (guint32) self->offset, crc;

  if (g_hash_table_contains (self->names, name) || name_bytes > MAX_NAME_BYTES)
    return TRUE;
  if (self->offset + n_bytes + self->directory->len + 2 * name_bytes + 256 > G_MAXUINT32 ||
      g_hash_table_size (self->names) >= MAX_MEMBERS)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                           _("The picture is larger than the 4 GB that a file can hold: remove or "
                             "merge some layers."));
      return FALSE;
    }

  crc = (guint32) crc32_z (0, bytes, n_bytes);
  put (header, 0x04034b50, 4);
  put_member (header, crc, (guint32) n_bytes, (guint) name_bytes);
  g_byte_array_append (header, (const guint8 *) name, (guint) name_bytes);

  put (self->directory, 0x02014b50, 4);
  put (self->directory, 20, 2);
  put_member (self->directory, crc, (guint32) n_bytes, (guint) name_bytes);
  put (self->directory, 0, 2); /* comment, disk, two kinds of attributes */
  put (self->directory, 0, 2);
  put (self->directory, 0, 2);
  put (self->directory, 0, 4);
  put (self->directory, offset, 4);
  g_byte_array_append (self->directory, (const guint8 *) name, (guint) name_bytes);
  g_hash_table_add (self->names, g_strdup (name));

  return write_all (self, header->data, header->len, cancellable, error) &&
         (n_bytes == 0 || write_all (self, bytes, n_bytes, cancellable, error));
}

gboolean
gesso_zip_writer_finish (GessoZipWriter *self, GCancellable *cancellable, GError **error)
{
  guint32 start = (guint32) self->offset, n_bytes = self->directory->len;
  guint n_members = g_hash_table_size (self->names);

  put (self->directory, 0x06054b50, 4);
  put (self->directory, 0, 4);
  put (self->directory, n_members, 2);
  put (self->directory, n_members, 2);
  put (self->directory, n_bytes, 4);
  put (self->directory, start, 4);
  put (self->directory, 0, 2);

  return write_all (self, self->directory->data, self->directory->len, cancellable, error);
}

/* ---- Reading -------------------------------------------------------------------------------- */

struct _GessoZipReader
{
  struct archive *archive;
  GBytes         *loaded;
  GHashTable     *names;
  char           *file_name;
};

void
gesso_zip_reader_free (GessoZipReader *self)
{
  archive_read_free (self->archive);
  g_clear_pointer (&self->loaded, g_bytes_unref);
  g_hash_table_unref (self->names);
  g_free (self->file_name);
  g_free (self);
}

static gboolean
fail (GessoZipReader *self, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               /* Translators: a file's name, and an English message of a library */
               _("“%s” is damaged or not an OpenRaster file (%s): use another copy of it."),
               self->file_name,
               archive_error_string (self->archive) ? archive_error_string (self->archive) : "zip");
  return FALSE;
}

/* Files without a path are loaded whole. */
static gboolean
open_archive (GessoZipReader *self, GFile *file, GError **error)
{
  const char *path = g_file_peek_path (file);
  g_autoptr (GFileInfo) info = NULL;
  gsize n_bytes;
  gconstpointer bytes;

  info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE,
                            G_FILE_QUERY_INFO_NONE, NULL, error);
  if (info == NULL)
    return FALSE;
  if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                   _("“%s” is not a file: choose a picture."), self->file_name);
      return FALSE;
    }
  if (path)
    return archive_read_open_filename (self->archive, path, 1 << 16) == ARCHIVE_OK ||
           fail (self, error);

  if (g_file_info_get_size (info) > MAX_LOADED_BYTES)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                   _("“%s” is too large to be opened from there: copy it to this computer first."),
                   self->file_name);
      return FALSE;
    }
  self->loaded = g_file_load_bytes (file, NULL, NULL, error);
  if (self->loaded == NULL)
    return FALSE;
  bytes = g_bytes_get_data (self->loaded, &n_bytes);
  return archive_read_open_memory (self->archive, bytes, n_bytes) == ARCHIVE_OK ||
         fail (self, error);
}

GessoZipReader *
gesso_zip_reader_new (GFile *file, GError **error)
{
  GessoZipReader *self = g_new0 (GessoZipReader, 1);

  self->file_name = g_file_get_basename (file);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->archive = archive_read_new ();
  archive_read_support_format_zip_seekable (self->archive);
  if (open_archive (self, file, error))
    return self;

  gesso_zip_reader_free (self);
  return NULL;
}

/* Names are written into files again: none may lead out of the folder it is unpacked into. */
static gboolean
is_safe (const char *name)
{
  g_auto (GStrv) parts = NULL;

  if (name == NULL || *name == '\0' || strlen (name) > MAX_NAME_BYTES ||
      !g_utf8_validate (name, -1, NULL) || *name == '/' || strchr (name, '\\') || strchr (name, ':'))
    return FALSE;
  for (const char *c = name; *c; c++)
    if (g_ascii_iscntrl (*c))
      return FALSE;

  parts = g_strsplit (name, "/", -1);
  return !g_strv_contains ((const char *const *) parts, "..");
}

const char *
gesso_zip_reader_next (GessoZipReader *self, GError **error)
{
  struct archive_entry *entry;
  const char *name;
  int status;

  do
    {
      status = archive_read_next_header (self->archive, &entry);
      if (status == ARCHIVE_EOF)
        return NULL;
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
        {
          fail (self, error);
          return NULL;
        }
      name = archive_entry_pathname_utf8 (entry);
      if (name == NULL)
        name = archive_entry_pathname (entry);
      if (g_hash_table_size (self->names) >= MAX_MEMBERS || !is_safe (name) ||
          g_hash_table_contains (self->names, name))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       _("“%s” holds files with names that no picture has: do not trust it."),
                       self->file_name);
          return NULL;
        }
      g_hash_table_add (self->names, g_strdup (name));
    }
  while (archive_entry_filetype (entry) != AE_IFREG);

  return name;
}

gssize
gesso_zip_reader_read (guint8 *bytes, gsize n, gpointer data, GError **error)
{
  GessoZipReader *self = data;
  gsize n_read = 0;

  while (n_read < n)
    {
      la_ssize_t now = archive_read_data (self->archive, bytes + n_read, n - n_read);

      if (now < 0)
        {
          fail (self, error);
          return -1;
        }
      if (now == 0)
        break;
      n_read += (gsize) now;
    }

  return (gssize) n_read;
}

GBytes *
gesso_zip_reader_read_all (GessoZipReader *self, gsize max, GError **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autofree guint8 *buffer = g_malloc (1 << 16);
  gssize n;

  while ((n = gesso_zip_reader_read (buffer, 1 << 16, self, error)) > 0)
    {
      if (all->len + (gsize) n > MIN (max, G_MAXINT))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                       _("“%s” holds more than a picture needs: do not trust it."), self->file_name);
          return NULL;
        }
      g_byte_array_append (all, buffer, (guint) n);
    }

  return n < 0 ? NULL : g_byte_array_free_to_bytes (g_steal_pointer (&all));
}
