/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map and the descriptor that it was made of. */
#include "base/mapped-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/uio.h>
#include <unistd.h>

#define PROBE_BYTES (256 * 1024)

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

/* Asking the system for what it has costs a twentieth of reading it. */
static gboolean
is_there (const GsMappedFile *file, off_t place)
{
#ifdef RWF_NOWAIT
  guint8 byte;

  return preadv2 (file->fd, &(struct iovec) { &byte, 1 }, 1, place, RWF_NOWAIT) == 1;
#else
  return FALSE;
#endif
}

void
gs_mapped_file_expect (const GsMappedFile *file, gconstpointer data, gsize n_bytes)
{
  const off_t from = (const guint8 *) data - file->data, end = from + (off_t) n_bytes;

  g_assert (gs_mapped_file_holds (file, data, n_bytes));
  for (off_t at = from; at < end; at += PROBE_BYTES)
    if (!is_there (file, at) || !is_there (file, MIN (at + PROBE_BYTES, end) - 1))
      {
        posix_fadvise (file->fd, at, end - at, POSIX_FADV_WILLNEED);
        break;
      }
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
