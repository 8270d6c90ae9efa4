/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Temporary file, fsync, rename. */
#include "io/atomic-file.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

gboolean
gs_write_bytes (int fd, gconstpointer data, gsize n_bytes)
{
  const guint8 *at = data;

  while (n_bytes > 0)
    {
      gssize written = write (fd, at, MIN (n_bytes, 1u << 30));

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return FALSE;
      at += written;
      n_bytes -= written;
    }
  return TRUE;
}

gboolean
gs_write_whole (const char *path, GsWriteContent content, gpointer user_data, GError **error)
{
  g_autofree char *temporary = g_strconcat (path, ".XXXXXX", NULL);
  g_autoptr (GError) failure = NULL;
  int fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0666);
  gboolean good = fd >= 0 && content (fd, user_data, &failure) && fsync (fd) == 0;
  int reason = errno;

  if (fd >= 0 && close (fd) != 0 && good)
    {
      good = FALSE;
      reason = errno;
    }
  if (good && g_rename (temporary, path) != 0)
    {
      good = FALSE;
      reason = errno;
    }
  if (good)
    return TRUE;
  if (fd >= 0)
    g_unlink (temporary);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    {
      g_autofree char *shown = g_filename_display_name (path);

      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "Cannot write %s: %s", shown,
                   g_strerror (reason));
    }
  return FALSE;
}
