/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing safetensors files, atomically and without a second copy of the data in memory. */
#include "base/error.h"
#include "io/safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static void
append_json_string (GString *json, const char *text)
{
  g_string_append_c (json, '"');
  for (const char *at = text; *at != '\0'; at++)
    {
      if (*at == '"' || *at == '\\')
        g_string_append_printf (json, "\\%c", *at);
      else if ((guchar) *at < 0x20)
        g_string_append_printf (json, "\\u%04x", (guint) *at);
      else
        g_string_append_c (json, *at);
    }
  g_string_append_c (json, '"');
}

static void
append_metadata (GString *json, GHashTable *metadata)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (metadata), (GCompareFunc) strcmp);

  g_string_append (json, "\"__metadata__\":{");
  for (GList *key = keys; key != NULL; key = key->next)
    {
      if (key != keys)
        g_string_append_c (json, ',');
      append_json_string (json, key->data);
      g_string_append_c (json, ':');
      append_json_string (json, g_hash_table_lookup (metadata, key->data));
    }
  g_string_append_c (json, '}');
}

static GString *
make_header (const GsStoredTensor *const *tensors, guint n_tensors, GHashTable *metadata)
{
  GString *json = g_string_new ("{");
  guint64 offset = 0;

  if (metadata != NULL && g_hash_table_size (metadata) > 0)
    append_metadata (json, metadata);
  for (guint i = 0; i < n_tensors; i++)
    {
      const GsStoredTensor *tensor = tensors[i];

      if (json->len > 1)
        g_string_append_c (json, ',');
      append_json_string (json, tensor->name);
      g_string_append_printf (json, ":{\"dtype\":\"%s\",\"shape\":[",
                              gs_dtype_name (tensor->dtype));
      for (guint d = 0; d < tensor->n_dims; d++)
        g_string_append_printf (json, "%s%" G_GUINT64_FORMAT, d > 0 ? "," : "", tensor->shape[d]);
      g_string_append_printf (json,
                              "],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}",
                              offset, offset + tensor->n_bytes);
      offset += tensor->n_bytes;
    }
  g_string_append_c (json, '}');
  while (json->len % 8 != 0)
    g_string_append_c (json, ' ');
  return json;
}

static gboolean
write_all (int fd, gconstpointer data, gsize n_bytes)
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

static gboolean
write_content (int fd, const GString *header, const GsStoredTensor *const *tensors, guint n_tensors)
{
  guint64 n_header = GUINT64_TO_LE ((guint64) header->len);

  if (!write_all (fd, &n_header, 8) || !write_all (fd, header->str, header->len))
    return FALSE;
  for (guint i = 0; i < n_tensors; i++)
    if (!write_all (fd, tensors[i]->data, tensors[i]->n_bytes))
      return FALSE;
  return fsync (fd) == 0;
}

/* Wide elements first: then every tensor is aligned to its element size. */
static int
compare_element_sizes (gconstpointer a, gconstpointer b)
{
  const GsStoredTensor *left = *(const GsStoredTensor *const *) a,
                       *right = *(const GsStoredTensor *const *) b;

  return (int) gs_dtype_bytes (right->dtype) - (int) gs_dtype_bytes (left->dtype);
}

gboolean
gs_safetensors_write (const char *path, const GsStoredTensor *tensors, guint n_tensors,
                      GHashTable *metadata, GError **error)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr (GString) header = NULL;
  g_autofree char *temporary = g_strconcat (path, ".XXXXXX", NULL);
  const GsStoredTensor *const *list;
  gboolean good;
  int fd, reason;

  for (guint i = 0; i < n_tensors; i++)
    g_ptr_array_add (sorted, (gpointer) &tensors[i]);
  g_ptr_array_sort (sorted, compare_element_sizes); /* a stable sort */
  list = (const GsStoredTensor *const *) sorted->pdata;
  header = make_header (list, n_tensors, metadata);

  fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0666);
  good = fd >= 0 && write_content (fd, header, list, n_tensors);
  reason = errno;
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
  if (!good)
    {
      if (fd >= 0)
        g_unlink (temporary);
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "Cannot write %s: %s", path,
                   g_strerror (reason));
    }
  return good;
}
