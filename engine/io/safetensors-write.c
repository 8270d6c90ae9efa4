/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing safetensors files, atomically and without a second copy of the data in memory. */
#include "io/atomic-file.h"
#include "io/safetensors.h"

#include <string.h>

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

typedef struct
{
  const GsStoredTensor *const *tensors;
  guint n_tensors;
  const GString *header;
  GsTensorBytes bytes;
  gpointer user_data;
} Content;

static gboolean
write_content (int fd, gpointer user_data, GError **error)
{
  const Content *content = user_data;
  guint64 n_header = GUINT64_TO_LE ((guint64) content->header->len);

  if (!gs_write_bytes (fd, &n_header, 8)
      || !gs_write_bytes (fd, content->header->str, content->header->len))
    return FALSE;
  for (guint i = 0; i < content->n_tensors; i++)
    {
      const GsStoredTensor *tensor = content->tensors[i];
      gconstpointer data = content->bytes (tensor, content->user_data, error);

      if (data == NULL || !gs_write_bytes (fd, data, tensor->n_bytes))
        return FALSE;
    }
  return TRUE;
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
gs_safetensors_write_from (const char *path, const GsStoredTensor *tensors, guint n_tensors,
                           GHashTable *metadata, GsTensorBytes bytes, gpointer user_data,
                           GError **error)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr (GString) header = NULL;
  Content content = { .n_tensors = n_tensors, .bytes = bytes, .user_data = user_data };

  for (guint i = 0; i < n_tensors; i++)
    g_ptr_array_add (sorted, (gpointer) &tensors[i]);
  g_ptr_array_sort (sorted, compare_element_sizes); /* a stable sort */
  content.tensors = (const GsStoredTensor *const *) sorted->pdata;
  header = make_header (content.tensors, n_tensors, metadata);
  content.header = header;
  return gs_write_whole (path, write_content, &content, error);
}

static gconstpointer
own_bytes (const GsStoredTensor *tensor, gpointer user_data, GError **error)
{
  return tensor->n_bytes > 0 ? tensor->data : "";
}

gboolean
gs_safetensors_write (const char *path, const GsStoredTensor *tensors, guint n_tensors,
                      GHashTable *metadata, GError **error)
{
  return gs_safetensors_write_from (path, tensors, n_tensors, metadata, own_bytes, NULL, error);
}
