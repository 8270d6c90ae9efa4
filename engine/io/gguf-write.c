/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing the GGUF format. */
#include "io/gguf.h"

#include "base/error.h"
#include "io/atomic-file.h"

#include <string.h>

#define ALIGNMENT 32
#define MAX_DIMS 4
#define KV_I32 5
#define KV_TEXT 8
#define KV_ARRAY 9

typedef struct
{
  const GsStoredTensor *tensors;
  guint n_tensors;
  const GByteArray *header;
  GsTensorBytes bytes;
  gpointer user_data;
} Content;

static void
put (GByteArray *out, guint64 number, guint n)
{
  for (guint i = 0; i < n; i++)
    g_byte_array_append (out, (const guint8[]) { (guint8) (number >> (8 * i)) }, 1);
}

static void
put_text (GByteArray *out, const char *text)
{
  put (out, strlen (text), 8);
  g_byte_array_append (out, (const guint8 *) text, strlen (text));
}

static gboolean
rows_are_whole (const GsStoredTensor *tensor, GsDtype dtype)
{
  return tensor->n_dims > 0
         && tensor->shape[tensor->n_dims - 1] % gs_dtype_block (dtype) == 0;
}

gboolean
gs_gguf_can_hold (const GsStoredTensor *tensor, GsDtype dtype)
{
  guint64 rest = 1;

  for (guint i = 1; i < tensor->n_dims; i++)
    rest *= tensor->shape[i];
  return tensor->n_dims > 1 && rest > 0
         && (rows_are_whole (tensor, dtype) || rest % gs_dtype_block (dtype) == 0);
}

/* The sizes under which a tensor is stored, the innermost first. */
static guint
stored_dims (const GsStoredTensor *tensor, guint64 *dims)
{
  if (gs_dtype_block (tensor->dtype) > 1 && !rows_are_whole (tensor, tensor->dtype))
    {
      dims[1] = tensor->shape[0];
      dims[0] = 1;
      for (guint i = 1; i < tensor->n_dims; i++)
        dims[0] *= tensor->shape[i];
      return 2;
    }
  for (guint i = 0; i < tensor->n_dims; i++)
    dims[i] = tensor->shape[tensor->n_dims - 1 - i];
  return tensor->n_dims;
}

static gboolean
is_reshaped (const GsStoredTensor *tensor)
{
  return gs_dtype_block (tensor->dtype) > 1 && !rows_are_whole (tensor, tensor->dtype);
}

static guint
put_pairs (GByteArray *out, const GsStoredTensor *tensors, guint n_tensors, GHashTable *metadata)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (metadata), (GCompareFunc) strcmp);
  guint n = 0;

  for (GList *key = keys; key != NULL; key = key->next, n++)
    {
      put_text (out, key->data);
      put (out, KV_TEXT, 4);
      put_text (out, g_hash_table_lookup (metadata, key->data));
    }
  for (guint i = 0; i < n_tensors; i++)
    {
      g_autofree char *key = g_strconcat (GS_GGUF_ORIGINAL_SHAPE, tensors[i].name, NULL);

      if (!is_reshaped (&tensors[i]))
        continue;
      put_text (out, key);
      put (out, KV_ARRAY, 4);
      put (out, KV_I32, 4);
      put (out, tensors[i].n_dims, 8);
      for (guint d = 0; d < tensors[i].n_dims; d++)
        put (out, tensors[i].shape[d], 4);
      n++;
    }
  return n;
}

static guint64
aligned (guint64 n)
{
  return (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static gboolean
put_tensors (GByteArray *out, const GsStoredTensor *tensors, guint n_tensors, const char *path,
             GError **error)
{
  guint64 offset = 0;

  for (guint i = 0; i < n_tensors; i++)
    {
      guint64 dims[GS_STORED_MAX_DIMS];
      guint n_dims = stored_dims (&tensors[i], dims);
      guint32 type;

      if (!gs_gguf_type_of (tensors[i].dtype, &type) || n_dims > MAX_DIMS)
        {
          g_autofree char *shown = gs_text_for_message (tensors[i].name);

          g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                       "GGUF files cannot hold the tensor “%s” (%s, %u dimensions); write a "
                       ".safetensors file", shown, gs_dtype_name (tensors[i].dtype), n_dims);
          return FALSE;
        }
      put_text (out, tensors[i].name);
      put (out, n_dims, 4);
      for (guint d = 0; d < n_dims; d++)
        put (out, dims[d], 8);
      put (out, type, 4);
      put (out, offset, 8);
      offset += aligned (tensors[i].n_bytes);
    }
  return TRUE;
}

static gboolean
write_content (int fd, gpointer user_data, GError **error)
{
  static const guint8 zeros[ALIGNMENT];
  const Content *content = user_data;
  gsize done = content->header->len;

  if (!gs_write_bytes (fd, content->header->data, done)
      || !gs_write_bytes (fd, zeros, aligned (done) - done))
    return FALSE;
  for (guint i = 0; i < content->n_tensors; i++)
    {
      const GsStoredTensor *tensor = &content->tensors[i];
      gconstpointer data = content->bytes (tensor, content->user_data, error);

      if (data == NULL || !gs_write_bytes (fd, data, tensor->n_bytes)
          || !gs_write_bytes (fd, zeros, aligned (tensor->n_bytes) - tensor->n_bytes))
        return FALSE;
    }
  return TRUE;
}

gboolean
gs_gguf_write_from (const char *path, const GsStoredTensor *tensors, guint n_tensors,
                    GHashTable *metadata, GsTensorBytes bytes, gpointer user_data, GError **error)
{
  g_autoptr (GByteArray) header = g_byte_array_new ();
  g_autoptr (GByteArray) pairs = g_byte_array_new ();
  guint n_pairs = put_pairs (pairs, tensors, n_tensors, metadata);
  Content content = { .tensors = tensors, .n_tensors = n_tensors, .header = header,
                      .bytes = bytes, .user_data = user_data };

  g_byte_array_append (header, (const guint8 *) "GGUF", 4);
  put (header, 3, 4);
  put (header, n_tensors, 8);
  put (header, n_pairs, 8);
  g_byte_array_append (header, pairs->data, pairs->len);
  return put_tensors (header, tensors, n_tensors, path, error)
         && gs_write_whole (path, write_content, &content, error);
}
