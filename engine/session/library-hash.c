/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hashes by which pictures name their models. A1111 (modules/hashes.py) takes a file's SHA-256, and for
 * LoRA that of all behind the header, so that changing metadata changes nothing.
 */
#include "gs.h"
#include "session/hash-cache.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#define BLOCK (1u << 20)

static GFileInputStream *
open_file (const char *path, guint64 *n_bytes, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE,
                                                  G_FILE_QUERY_INFO_NONE, NULL, error);

  *n_bytes = info != NULL ? (guint64) g_file_info_get_size (info) : 0;
  return info != NULL ? g_file_read (file, NULL, error) : NULL;
}

/* Where a .safetensors file's tensors begin; 0 for other files. */
static guint64
data_offset (const char *path, const guint8 *begin, gsize n, guint64 n_bytes)
{
  guint64 header;

  if (!g_str_has_suffix (path, ".safetensors") || n < 8)
    return 0;
  memcpy (&header, begin, 8);
  header = GUINT64_FROM_LE (header);
  return header <= n_bytes - 8 ? header + 8 : 0;
}

static gboolean
hash_stream (GInputStream *stream, const char *path, guint64 n_bytes, GChecksum *whole,
             GChecksum *data, GsHashFunc progress, gpointer user_data, GError **error)
{
  g_autofree guint8 *block = g_malloc (BLOCK);
  guint64 at = 0, offset = 0;
  gsize n;

  for (;;)
    {
      if (progress != NULL && !progress (n_bytes > 0 ? (double) at / n_bytes : 0, user_data))
        {
          g_set_error (error, GS_ERROR, GS_ERROR_CANCELLED, "Cancelled");
          return FALSE;
        }
      if (!g_input_stream_read_all (stream, block, BLOCK, &n, NULL, error))
        return FALSE;
      if (n == 0)
        return TRUE;
      if (at == 0)
        offset = data_offset (path, block, n, n_bytes);
      g_checksum_update (whole, block, (gssize) n);
      if (at + n > offset)
        {
          gsize skip = offset > at ? (gsize) (offset - at) : 0;

          g_checksum_update (data, block + skip, (gssize) (n - skip));
        }
      at += n;
    }
}

gboolean
gs_library_hash (const char *path, char **whole, char **data, GsHashFunc progress,
                 gpointer user_data, GError **error)
{
  g_autoptr (GChecksum) of_whole = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GChecksum) of_data = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GError) reason = NULL;
  guint64 n_bytes;
  g_autoptr (GFileInputStream) stream = open_file (path, &n_bytes, &reason);

  if (stream == NULL
      || !hash_stream (G_INPUT_STREAM (stream), path, n_bytes, of_whole, of_data, progress,
                       user_data, &reason))
    {
      if (g_error_matches (reason, GS_ERROR, GS_ERROR_CANCELLED))
        g_propagate_error (error, g_steal_pointer (&reason));
      else
        g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s cannot be read: %s", path,
                     reason->message);
      return FALSE;
    }
  *whole = g_strdup (g_checksum_get_string (of_whole));
  *data = g_strdup (g_checksum_get_string (of_data));
  return TRUE;
}

/* ---- Known ones ----------------------------------------------------------------------------- */

static GMutex lock;
static GsHashCache *cache; /* made when it is first asked */

static GsHashCache *
get_cache (void)
{
  if (cache == NULL)
    cache = gs_hash_cache_new (NULL);
  return cache;
}

gboolean
gs_library_get_hash (const char *path, char **whole, char **data)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&lock);
  const char *known, *known_data;
  GStatBuf info;

  if (g_stat (path, &info) != 0
      || !gs_hash_cache_lookup (get_cache (), path, (guint64) info.st_size, (gint64) info.st_mtime,
                                &known, &known_data))
    return FALSE;
  *whole = g_strdup (known);
  *data = g_strdup (known_data);
  return TRUE;
}

void
gs_library_keep_hash (const char *path, guint64 bytes, gint64 changed, const char *whole,
                      const char *data)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&lock);

  gs_hash_cache_add (get_cache (), path, bytes, changed, whole, data);
}
