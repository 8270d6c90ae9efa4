/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map and the descriptor that it was made of. */
#include "base/mapped-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

struct _GsMappedFile
{
  GMappedFile  *map;
  const guint8 *data;
  gsize         n_bytes;
  int           fd;
};

static void
mapped_file_free (gpointer data)
{
  GsMappedFile *file = data;

  g_mapped_file_unref (file->map);
  close (file->fd);
  g_free (file);
}

GBytes *
gs_mapped_file_new (const char *path, GsMappedFile **file, GError **error)
{
  const int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  const int failure = errno;
  GMappedFile *map;

  if (fd < 0)
    {
      g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (failure),
                           g_strerror (failure));
      return NULL;
    }
  map = g_mapped_file_new_from_fd (fd, FALSE, error);
  if (map == NULL)
    {
      close (fd);
      return NULL;
    }
  *file = g_new0 (GsMappedFile, 1);
  **file = (GsMappedFile) { .map = map, .fd = fd, .n_bytes = g_mapped_file_get_length (map),
                            .data = (const guint8 *) g_mapped_file_get_contents (map) };
  return g_bytes_new_with_free_func ((*file)->data, (*file)->n_bytes, mapped_file_free, *file);
}

gboolean
gs_mapped_file_holds (const GsMappedFile *file, gconstpointer data, gsize n_bytes)
{
  guintptr from;

  if (file == NULL || (guintptr) data < (guintptr) file->data)
    return FALSE;
  from = (guintptr) data - (guintptr) file->data;
  return from <= file->n_bytes && n_bytes <= file->n_bytes - from;
}

gboolean
gs_mapped_file_read (const GsMappedFile *file, gconstpointer data, gsize n_bytes, gpointer to)
{
  guint8 *at = to;
  off_t from;

  g_assert (gs_mapped_file_holds (file, data, n_bytes));
  from = (const guint8 *) data - file->data;
  while (n_bytes > 0)
    {
      const gssize n = pread (file->fd, at, n_bytes, from);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      at += n;
      from += n;
      n_bytes -= n;
    }
  return TRUE;
}
