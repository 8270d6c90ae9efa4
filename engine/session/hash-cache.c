/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines in a file, the last of a path counts. */
#include "session/hash-cache.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define DIGITS 64 /* of a SHA-256 */

struct _GsHashCache
{
  char       *path;
  GHashTable *entries; /* path -> Entry */
};

typedef struct
{
  guint64 bytes;
  gint64  changed;
  char    hash[DIGITS + 1], data_hash[DIGITS + 1];
} Entry;

static gboolean
is_hash (const char *text)
{
  gsize n = strspn (text, "0123456789abcdef");

  return n == DIGITS && text[n] == '\0';
}

static void
read_line (GsHashCache *self, const char *line)
{
  g_auto (GStrv) parts = g_strsplit (line, " ", 5);
  Entry *entry;

  if (g_strv_length (parts) != 5 || !is_hash (parts[2]) || !is_hash (parts[3]))
    return;

  entry = g_new0 (Entry, 1);
  entry->bytes = g_ascii_strtoull (parts[0], NULL, 10);
  entry->changed = g_ascii_strtoll (parts[1], NULL, 10);
  g_strlcpy (entry->hash, parts[2], sizeof entry->hash);
  g_strlcpy (entry->data_hash, parts[3], sizeof entry->data_hash);
  g_hash_table_replace (self->entries, g_strcompress (parts[4]), entry);
}

GsHashCache *
gs_hash_cache_new (const char *path)
{
  GsHashCache *self = g_new0 (GsHashCache, 1);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  self->path = path ? g_strdup (path)
                    : g_build_filename (g_get_user_cache_dir (), "gesso", "hashes", NULL);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (g_file_get_contents (self->path, &text, NULL, NULL))
    lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines && lines[i]; i++)
    read_line (self, lines[i]);

  return self;
}

void
gs_hash_cache_free (GsHashCache *self)
{
  if (self == NULL)
    return;

  g_free (self->path);
  g_hash_table_unref (self->entries);
  g_free (self);
}

gboolean
gs_hash_cache_lookup (GsHashCache *self,
                         const char     *path,
                         guint64         bytes,
                         gint64          changed,
                         const char    **hash,
                         const char    **data_hash)
{
  const Entry *entry = g_hash_table_lookup (self->entries, path);

  if (entry == NULL || entry->bytes != bytes || entry->changed != changed)
    return FALSE;

  *hash = entry->hash;
  *data_hash = entry->data_hash;
  return TRUE;
}

void
gs_hash_cache_add (GsHashCache *self,
                      const char     *path,
                      guint64         bytes,
                      gint64          changed,
                      const char     *hash,
                      const char     *data_hash)
{
  g_autofree char *escaped = g_strescape (path, NULL); /* names may hold line breaks */
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *line =
      g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %s %s %s", bytes, changed, hash,
                       data_hash, escaped);
  FILE *file;

  read_line (self, line);
  g_mkdir_with_parents (folder, 0700);
  file = g_fopen (self->path, "a");
  if (file == NULL)
    return; /* then it is read again the next time */
  fprintf (file, "%s\n", line);
  fclose (file);
}
