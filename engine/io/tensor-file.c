/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the formats share: the map of the file, and its list of tensors. */
#include "io/tensor-file-private.h"

#include "base/error.h"
#include "io/file-kind.h"

#include <sys/mman.h>

#define MAX_WARNINGS 16

GsTensorFile *
gs_tensor_file_new (const char *path, const char *format, GBytes *bytes)
{
  GsTensorFile *file = g_new0 (GsTensorFile, 1);

  g_atomic_ref_count_init (&file->ref_count);
  file->path = g_strdup (path);
  file->format = format;
  file->bytes = g_bytes_ref (bytes);
  file->copies = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  file->tensors = g_array_new (FALSE, TRUE, sizeof (GsStoredTensor));
  file->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  file->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  file->warnings = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (file->warnings, NULL);
  return file;
}

void
gs_tensor_file_add (GsTensorFile *file, const char *name, const GsStoredTensor *tensor)
{
  gpointer key, index;
  GsStoredTensor named = *tensor;

  if (g_hash_table_lookup_extended (file->by_name, name, &key, &index))
    {
      named.name = key;
      g_array_index (file->tensors, GsStoredTensor, GPOINTER_TO_UINT (index)) = named;
      return;
    }
  named.name = key = g_strdup (name);
  g_hash_table_insert (file->by_name, key, GUINT_TO_POINTER (file->tensors->len));
  g_array_append_val (file->tensors, named);
}

void
gs_tensor_file_warn (GsTensorFile *file, char *text)
{
  if (file->warnings->len > MAX_WARNINGS)
    g_free (text);
  else
    g_ptr_array_insert (file->warnings, (gint) file->warnings->len - 1, text);
}

GsTensorFile *
gs_tensor_file_open_bytes (GBytes *bytes, const char *path, GError **error)
{
  static GsTensorFile *(*const readers[]) (GBytes *, const char *, const char *, GError **) = {
    [GS_FILE_SAFETENSORS] = gs_safetensors_read,
    [GS_FILE_TORCH] = gs_torch_file_read,
    [GS_FILE_GGUF] = gs_gguf_read,
  };
  g_autofree char *shown = g_filename_display_name (path);
  gsize n_bytes;
  const guint8 *all = g_bytes_get_data (bytes, &n_bytes);

  return readers[gs_file_kind (all, n_bytes, path)](bytes, path, shown, error);
}

GsTensorFile *
gs_tensor_file_open (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) open_error = NULL;
  GsMappedFile *mapped;
  GsTensorFile *file;

  bytes = gs_mapped_file_new (path, &mapped, &open_error);
  if (bytes == NULL)
    {
      g_autofree char *shown = g_filename_display_name (path);

      if (g_error_matches (open_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s does not exist; check the path", shown);
      else
        g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s cannot be opened: %s", shown,
                     open_error->message);
      return NULL;
    }
  file = gs_tensor_file_open_bytes (bytes, path, error);
  if (file == NULL)
    return NULL;
  file->is_mapped = TRUE;
  for (guint i = 0; i < file->tensors->len; i++)
    g_array_index (file->tensors, GsStoredTensor, i).file = mapped;
  return file;
}

void
gs_tensor_file_release_pages (const GsTensorFile *file)
{
  gsize n_bytes;
  gconstpointer data = g_bytes_get_data (file->bytes, &n_bytes);

  /* Only ever of a file's own map: other memory would lose what is in it. */
  if (file->is_mapped)
    madvise ((gpointer) data, n_bytes, MADV_DONTNEED);
}

GsTensorFile *
gs_tensor_file_ref (GsTensorFile *file)
{
  g_atomic_ref_count_inc (&file->ref_count);
  return file;
}

void
gs_tensor_file_unref (GsTensorFile *file)
{
  if (file == NULL || !g_atomic_ref_count_dec (&file->ref_count))
    return;
  g_ptr_array_unref (file->copies);
  g_array_unref (file->tensors);
  g_hash_table_unref (file->by_name);
  g_hash_table_unref (file->metadata);
  g_ptr_array_unref (file->warnings);
  g_bytes_unref (file->bytes);
  g_free (file->path);
  g_free (file);
}

const char *
gs_tensor_file_path (const GsTensorFile *file)
{
  return file->path;
}

const char *
gs_tensor_file_format (const GsTensorFile *file)
{
  return file->format;
}

guint
gs_tensor_file_n_tensors (const GsTensorFile *file)
{
  return file->tensors->len;
}

const GsStoredTensor *
gs_tensor_file_tensor (const GsTensorFile *file, guint i)
{
  g_assert (i < file->tensors->len);
  return &g_array_index (file->tensors, GsStoredTensor, i);
}

const GsStoredTensor *
gs_tensor_file_find (const GsTensorFile *file, const char *name)
{
  gpointer index;

  if (!g_hash_table_lookup_extended (file->by_name, name, NULL, &index))
    return NULL;
  return gs_tensor_file_tensor (file, GPOINTER_TO_UINT (index));
}

GHashTable *
gs_tensor_file_metadata (const GsTensorFile *file)
{
  return file->metadata;
}

const char *const *
gs_tensor_file_warnings (const GsTensorFile *file)
{
  return (const char *const *) file->warnings->pdata;
}
