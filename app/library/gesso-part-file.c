/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part, its hash as it grows, and the key file beside it. */
#include "config.h"

#include "gesso-part-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define GROUP "Download"
#define INFO_ENDING ".part.info"
#define MAX_NAME 200 /* bytes; file systems take 255, of which the part's ending is some */

struct _GessoPartFile
{
  char      *folder, *target, *part, *info;
  int        fd; /* -1: not open */
  guint64    n_bytes;
  GChecksum *checksum;
};

GessoPartFile *
gesso_part_file_new (const char *folder, const char *name)
{
  GessoPartFile *self = g_new0 (GessoPartFile, 1);

  self->folder = g_strdup (folder);
  self->target = g_build_filename (folder, name, NULL);
  self->part = g_strconcat (self->target, ".part", NULL);
  self->info = g_strconcat (self->target, INFO_ENDING, NULL);
  self->fd = -1;

  return self;
}

static void
close_part (GessoPartFile *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

void
gesso_part_file_free (GessoPartFile *self)
{
  if (self == NULL)
    return;

  close_part (self);
  g_clear_pointer (&self->checksum, g_checksum_free);
  g_free (self->folder);
  g_free (self->target);
  g_free (self->part);
  g_free (self->info);
  g_free (self);
}

/* ---- Names ---------------------------------------------------------------------------------- */

static gboolean
has_known_ending (const char *name)
{
  static const char *const endings[] = { ".safetensors", ".gguf", ".json", ".txt", ".txt.gz" };
  g_autofree char *small = g_ascii_strdown (name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (small, endings[i]) && strlen (small) > strlen (endings[i]))
      return TRUE;

  return FALSE;
}

gboolean
gesso_part_file_check_name (const char *name, GError **error)
{
  gboolean fine = *name != '\0' && *name != '.' && strlen (name) <= MAX_NAME &&
                  g_utf8_validate (name, -1, NULL) && strpbrk (name, "/\\") == NULL;

  for (const char *c = name; fine && *c; c++)
    fine = !g_ascii_iscntrl (*c);
  if (!fine)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
                           _("The server gives the file a name that it may not have here; get it with "
                             "a web browser, and look at it well"));
      return FALSE;
    }
  if (!has_known_ending (name))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   _("“%s” is not fetched: only .safetensors, .gguf, .json and .txt files are, which "
                     "cannot hold programs"), name);
      return FALSE;
    }

  return TRUE;
}

/* ---- Bytes ---------------------------------------------------------------------------------- */

static void
set_errno_error (GessoPartFile *self, int code, GError **error)
{
  g_autofree char *name = g_filename_display_name (self->folder);

  if (code == ENOSPC || code == EDQUOT)
    /* Translators: %s is a folder */
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                 _("There is no room left in %s; make some, and go on"), name);
  else
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
                 /* Translators: a folder, and what the system says */
                 _("Cannot write to %s: %s"), name, g_strerror (code));
}

static gboolean
hash_part (GessoPartFile *self, GCancellable *cancellable, GError **error)
{
  const gsize size = 1 << 20;
  g_autofree guchar *buffer = g_malloc (size);
  gssize n;

  while ((n = read (self->fd, buffer, size)) != 0)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          set_errno_error (self, errno, error);
          return FALSE;
        }
      g_checksum_update (self->checksum, buffer, n);
      self->n_bytes += (guint64) n;
    }

  return TRUE;
}

gboolean
gesso_part_file_open (GessoPartFile *self, GCancellable *cancellable, GError **error)
{
  close_part (self);
  g_clear_pointer (&self->checksum, g_checksum_free);
  self->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  self->n_bytes = 0;
  if (g_mkdir_with_parents (self->folder, 0700) == 0)
    self->fd = g_open (self->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (self->fd < 0)
    {
      set_errno_error (self, errno, error);
      return FALSE;
    }

  return hash_part (self, cancellable, error);
}

gboolean
gesso_part_file_append (GessoPartFile *self, GBytes *bytes, GError **error)
{
  gsize size, done = 0;
  const guchar *data = g_bytes_get_data (bytes, &size);

  while (done < size)
    {
      const gssize n = write (self->fd, data + done, size - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          set_errno_error (self, errno, error);
          break;
        }
      done += (gsize) n;
    }
  g_checksum_update (self->checksum, data, (gssize) done);
  self->n_bytes += done;

  return done == size;
}

gboolean
gesso_part_file_restart (GessoPartFile *self, GError **error)
{
  if (ftruncate (self->fd, 0) < 0 || lseek (self->fd, 0, SEEK_SET) < 0)
    {
      set_errno_error (self, errno, error);
      return FALSE;
    }
  g_checksum_reset (self->checksum);
  self->n_bytes = 0;

  return TRUE;
}

guint64
gesso_part_file_get_bytes (GessoPartFile *self)
{
  return self->n_bytes;
}

/* ---- The end -------------------------------------------------------------------------------- */

const char *
gesso_part_file_get_target (GessoPartFile *self)
{
  return self->target;
}

void
gesso_part_file_discard (GessoPartFile *self)
{
  close_part (self);
  g_unlink (self->part);
  g_unlink (self->info);
}

/* What is there already was not asked about. */
static gboolean
rename_part (GessoPartFile *self, GError **error)
{
  g_autofree char *name = g_path_get_basename (self->target);

  if (g_file_test (self->target, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                   /* Translators: %s is the name of a file */
                   _("There is a file %s already; move it away first"), name);
      return FALSE;
    }
  if (fsync (self->fd) < 0 || g_rename (self->part, self->target) < 0)
    {
      set_errno_error (self, errno, error);
      return FALSE;
    }

  return TRUE;
}

gboolean
gesso_part_file_finish (GessoPartFile *self, const char *sha256, GError **error)
{
  if (sha256 && g_ascii_strcasecmp (sha256, g_checksum_get_string (self->checksum)) != 0)
    {
      gesso_part_file_discard (self);
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           _("What came is not the file that was meant (its checksum differs), and was "
                             "deleted; try again, or another address"));
      return FALSE;
    }
  if (!rename_part (self, error))
    return FALSE;
  close_part (self);
  g_unlink (self->info);

  return TRUE;
}

/* ---- Information ---------------------------------------------------------------------------- */

void
gesso_part_info_clear (GessoPartInfo *info)
{
  g_free (info->address);
  g_free (info->title);
  g_free (info->licence);
  g_free (info->sha256);
  g_free (info->validator);
  memset (info, 0, sizeof *info);
}

static void
set_string (GKeyFile *file, const char *key, const char *value)
{
  if (value)
    g_key_file_set_string (file, GROUP, key, value);
}

gboolean
gesso_part_file_write_info (GessoPartFile *self, const GessoPartInfo *info, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  set_string (file, "Address", info->address);
  set_string (file, "Title", info->title);
  set_string (file, "Licence", info->licence);
  set_string (file, "Sha256", info->sha256);
  set_string (file, "Validator", info->validator);
  g_key_file_set_uint64 (file, GROUP, "Size", info->size);

  return g_key_file_save_to_file (file, self->info, error);
}

gboolean
gesso_part_file_read_info (const char *folder, const char *name, GessoPartInfo *info)
{
  g_autofree char *base = g_strconcat (name, INFO_ENDING, NULL);
  g_autofree char *path = g_build_filename (folder, base, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  memset (info, 0, sizeof *info);
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return FALSE;
  info->address = g_key_file_get_string (file, GROUP, "Address", NULL);
  info->title = g_key_file_get_string (file, GROUP, "Title", NULL);
  info->licence = g_key_file_get_string (file, GROUP, "Licence", NULL);
  info->sha256 = g_key_file_get_string (file, GROUP, "Sha256", NULL);
  info->validator = g_key_file_get_string (file, GROUP, "Validator", NULL);
  info->size = g_key_file_get_uint64 (file, GROUP, "Size", NULL);
  if (info->address == NULL)
    {
      gesso_part_info_clear (info);
      return FALSE;
    }

  return TRUE;
}

guint64
gesso_part_file_measure (const char *folder, const char *name)
{
  g_autoptr (GessoPartFile) part = gesso_part_file_new (folder, name);
  GStatBuf info;

  return g_stat (part->part, &info) == 0 ? (guint64) info.st_size : 0;
}

char **
gesso_part_file_list (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, INFO_ENDING))
      {
        g_autofree char *whole = g_strndup (name, strlen (name) - strlen (INFO_ENDING));

        if (gesso_part_file_check_name (whole, NULL))
          g_strv_builder_add (builder, whole);
      }

  return g_strv_builder_end (builder);
}
