/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A temporary file, sync, rename, and sync of the folder that holds the name. */
#include "config.h"

#include "gesso-replace.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void
gesso_replace_set_error (GFile *file, const GError *cause, GError **error)
{
  g_autofree char *base = g_file_get_basename (file);
  g_autofree char *name = g_filename_display_name (base);

  g_set_error (error, cause->domain, cause->code,
               /* Translators: a file's name, and what the system says: "No space left on device" */
               _("“%s” could not be saved (%s): save it under another name or in another folder."),
               name, cause->message);
}

static gboolean
fail (GFile *file, int number, GError **error)
{
  g_autoptr (GError) cause =
      g_error_new_literal (G_IO_ERROR, (int) g_io_error_from_errno (number), g_strerror (number));

  gesso_replace_set_error (file, cause, error);
  return FALSE;
}

/* The name is on disk only when its folder is. */
static void
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (fd >= 0)
    {
      fsync (fd);
      close (fd);
    }
}

static gboolean
replace_path (GFile           *file,
              const char      *path,
              GessoReplaceFunc write,
              gpointer         data,
              GCancellable    *cancellable,
              GError         **error)
{
  g_autofree char *temporary = g_strconcat (path, ".XXXXXX", NULL);
  g_autoptr (GOutputStream) stream = NULL;
  gboolean written;
  struct stat old;
  int fd, number = 0;

  fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0666);
  if (fd < 0)
    return fail (file, errno, error);

  stream = g_unix_output_stream_new (fd, FALSE);
  written = write (stream, data, cancellable, error);
  if (written)
    {
      if (stat (path, &old) == 0 && fchmod (fd, old.st_mode & 07777) != 0)
        g_debug ("%s: %s", path, g_strerror (errno)); /* as on drives without permissions */
      if (fsync (fd) != 0 || g_rename (temporary, path) != 0)
        number = errno;
      else
        sync_folder (path);
    }
  close (fd);
  if (!written || number)
    g_unlink (temporary);

  return written && (number == 0 || fail (file, number, error));
}

gboolean
gesso_replace_file (GFile           *file,
                    GessoReplaceFunc write,
                    gpointer         data,
                    GCancellable    *cancellable,
                    GError         **error)
{
  const char *path = g_file_peek_path (file);
  g_autoptr (GFileOutputStream) stream = NULL;

  if (path)
    {
      /* A link stays one: what it leads to is replaced. */
      char *real = realpath (path, NULL);
      gboolean saved = replace_path (file, real ? real : path, write, data, cancellable, error);

      free (real);
      return saved;
    }

  /* Leaving without closing keeps the old file. */
  stream = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION, cancellable, error);
  if (stream == NULL)
    return FALSE;
  if (!write (G_OUTPUT_STREAM (stream), data, cancellable, error))
    {
      g_autoptr (GCancellable) give_up = g_cancellable_new ();

      g_cancellable_cancel (give_up);
      g_output_stream_close (G_OUTPUT_STREAM (stream), give_up, NULL);
      return FALSE;
    }
  return g_output_stream_close (G_OUTPUT_STREAM (stream), cancellable, error);
}

/* ---- Of what is in memory ------------------------------------------------------------------- */

typedef struct
{
  GFile  *file;
  GBytes *bytes;
} Contents;

static gboolean
write_contents (GOutputStream *stream, gpointer data, GCancellable *cancellable, GError **error)
{
  Contents *contents = data;
  g_autoptr (GError) cause = NULL;
  gsize n_bytes;
  gconstpointer bytes = g_bytes_get_data (contents->bytes, &n_bytes);

  if (g_output_stream_write_all (stream, bytes, n_bytes, NULL, cancellable, &cause))
    return TRUE;

  gesso_replace_set_error (contents->file, cause, error);
  return FALSE;
}

gboolean
gesso_replace_contents (GFile *file, GBytes *bytes, GCancellable *cancellable, GError **error)
{
  Contents contents = { file, bytes };

  return gesso_replace_file (file, write_contents, &contents, cancellable, error);
}
