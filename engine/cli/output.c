/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands print, and whether they will be able to write. */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

void
gs_cli_complain (const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fprintf (stderr, "gesso-cli: %s%s\n", message, g_str_has_suffix (message, ".") ? "" : ".");
}

GsCliStatus
gs_cli_fail (const GError *error)
{
  if (g_error_matches (error, GS_ERROR, GS_ERROR_CANCELLED))
    gs_cli_complain ("Cancelled");
  else
    gs_cli_complain ("%s", error->message);
  if (error->domain == GS_CLI_ARGUMENT_ERROR ||
      g_error_matches (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT))
    return GS_CLI_BAD_ARGUMENTS;
  return GS_CLI_FAILED;
}

/* A file that appears and vanishes is the only honest test: access() knows nothing of read-only
 * mounts on some network file systems, and root may do anything there. */
static gboolean
can_create_in (const char *folder, int *saved_errno)
{
  g_autofree char *name = g_build_filename (folder, ".gesso-XXXXXX", NULL);
  int fd = g_mkstemp (name);

  *saved_errno = errno;
  if (fd < 0)
    return FALSE;
  close (fd);
  g_unlink (name);
  return TRUE;
}

gboolean
gs_cli_check_output (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  GStatBuf status;
  int saved_errno = 0;

  if (g_stat (path, &status) == 0 && S_ISDIR (status.st_mode))
    g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s is a folder; name a file in it", path);
  else if (g_stat (path, &status) == 0 && !S_ISREG (status.st_mode))
    g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s is not an ordinary file; name another one", path);
  else if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "There is no folder %s; make it first or name another one",
                 folder);
  else if (!can_create_in (folder, &saved_errno))
    g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "Cannot write in %s: %s; name another folder", folder,
                 g_strerror (saved_errno));
  else
    return TRUE;
  return FALSE;
}

char *
gs_cli_format_bytes (guint64 n_bytes)
{
  if (n_bytes >= (guint64) 1 << 30)
    return g_strdup_printf ("%.2f GiB", (double) n_bytes / (1 << 30));
  if (n_bytes >= 1 << 20)
    return g_strdup_printf ("%.1f MiB", (double) n_bytes / (1 << 20));
  return g_strdup_printf ("%.1f KiB", (double) n_bytes / 1024);
}
