/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of two words a line, believed only as far as they are that. */
#include "ops/remembered.h"

#include <string.h>

#define MAX_FILE_BYTES (1 << 20)

static GMutex lock;
static GHashTable *known; /* folder and file -> (key -> value) */

static gboolean
is_word (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c))
      return FALSE;
  return *text != '\0';
}

/* Anyone may have written into it: a line that is not two words is passed over. */
static void
parse (GHashTable *findings, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);

      if (g_strv_length (words) == 2 && is_word (words[0]) && is_word (words[1]))
        g_hash_table_insert (findings, g_strdup (words[0]), g_strdup (words[1]));
    }
}

static char *
path_of (GsDevice *device, const char *file)
{
  const char *folder = gs_device_get_cache_folder (device);

  return folder != NULL ? g_build_filename (folder, file, NULL) : NULL;
}

static void
load (GHashTable *findings, const char *path)
{
  g_autofree char *text = NULL;
  gsize length = 0;

  if (path != NULL && g_file_get_contents (path, &text, &length, NULL) && length <= MAX_FILE_BYTES)
    parse (findings, text);
}

static void
save (GHashTable *findings, const char *path)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (findings), (GCompareFunc) strcmp);

  for (GList *l = keys; l != NULL; l = l->next)
    g_string_append_printf (text, "%s %s\n", (const char *) l->data,
                            (const char *) g_hash_table_lookup (findings, l->data));
  /* Written beside and renamed; if it cannot be written, the next start finds it out again. */
  if (path != NULL)
    g_file_set_contents (path, text->str, text->len, NULL);
}

/* Under the lock. */
static GHashTable *
findings_of (GsDevice *device, const char *file, const char *path)
{
  g_autofree char *name = path != NULL
                            ? g_strdup (path)
                            : g_strconcat (gs_device_get_info (device)->driver, "/", file, NULL);
  GHashTable *findings;

  if (known == NULL)
    known =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  findings = g_hash_table_lookup (known, name);
  if (findings == NULL)
    {
      findings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      load (findings, path);
      g_hash_table_insert (known, g_steal_pointer (&name), findings);
    }
  return findings;
}

char *
gs_remembered_get (GsDevice *device, const char *file, const char *key)
{
  g_autofree char *path = path_of (device, file);
  char *value;

  g_mutex_lock (&lock);
  value = g_strdup (g_hash_table_lookup (findings_of (device, file, path), key));
  g_mutex_unlock (&lock);
  return value;
}

void
gs_remembered_set (GsDevice *device, const char *file, const char *key, const char *value)
{
  g_autofree char *path = path_of (device, file);
  GHashTable *findings;

  g_return_if_fail (is_word (key) && (value == NULL || is_word (value)));
  g_mutex_lock (&lock);
  findings = findings_of (device, file, path);
  if (value != NULL)
    g_hash_table_insert (findings, g_strdup (key), g_strdup (value));
  else
    g_hash_table_remove (findings, key);
  save (findings, path);
  g_mutex_unlock (&lock);
}

void
gs_remembered_forget (void)
{
  g_mutex_lock (&lock);
  g_clear_pointer (&known, g_hash_table_unref);
  g_mutex_unlock (&lock);
}
