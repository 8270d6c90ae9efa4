/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files in the safetensors format, memory-mapped. */
#include "io/safetensors.h"

#include "base/error.h"
#include "io/file-kind.h"
#include "io/safetensors-header.h"

#include <string.h>
#include <sys/mman.h>

struct _GsSafetensors
{
  gatomicrefcount ref_count;
  char *path;
  GBytes *bytes;
  gboolean is_mapped; /* from a file, by this code */
  GsSafetensorsHeader header;
  const char **warnings; /* the header's, NULL-terminated */
};

static GsSafetensors *
parse (GBytes *bytes, const char *path, GError **error)
{
  gsize n_bytes;
  const guint8 *all = g_bytes_get_data (bytes, &n_bytes);
  g_autofree char *shown = g_filename_display_name (path);
  guint64 n_header;
  GsSafetensors *file;
  GsSafetensorsHeader header = { 0 };

  if (!gs_file_kind_check_safetensors (all, n_bytes, shown, error))
    return NULL;
  memcpy (&n_header, all, 8);
  n_header = GUINT64_FROM_LE (n_header);
  if (!gs_safetensors_header_read (&header, (const char *) all + 8, n_header, all + 8 + n_header,
                                   n_bytes - 8 - n_header, shown, error))
    return NULL;

  file = g_new0 (GsSafetensors, 1);
  g_atomic_ref_count_init (&file->ref_count);
  file->path = g_strdup (path);
  file->bytes = g_bytes_ref (bytes);
  file->header = header;
  file->warnings = g_new0 (const char *, header.warnings->len + 1);
  for (guint i = 0; i < header.warnings->len; i++)
    file->warnings[i] = g_ptr_array_index (header.warnings, i);
  return file;
}

GsSafetensors *
gs_safetensors_open (const char *path, GError **error)
{
  g_autoptr (GMappedFile) map = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) open_error = NULL;
  GsSafetensors *file;

  map = g_mapped_file_new (path, FALSE, &open_error);
  if (map == NULL)
    {
      g_autofree char *shown = g_filename_display_name (path);

      if (g_error_matches (open_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s does not exist; check the path", shown);
      else
        g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s cannot be opened: %s", shown,
                     open_error->message);
      return NULL;
    }
  bytes = g_mapped_file_get_bytes (map);
  file = parse (bytes, path, error);
  if (file != NULL)
    file->is_mapped = TRUE;
  return file;
}

GsSafetensors *
gs_safetensors_open_bytes (GBytes *bytes, const char *path, GError **error)
{
  return parse (bytes, path, error);
}

void
gs_safetensors_release_pages (const GsSafetensors *file)
{
  gsize n_bytes;
  gconstpointer data = g_bytes_get_data (file->bytes, &n_bytes);

  /* Only ever of a file's own map: other memory would lose what is in it. */
  if (file->is_mapped)
    madvise ((gpointer) data, n_bytes, MADV_DONTNEED);
}

GsSafetensors *
gs_safetensors_ref (GsSafetensors *file)
{
  g_atomic_ref_count_inc (&file->ref_count);
  return file;
}

void
gs_safetensors_unref (GsSafetensors *file)
{
  if (file == NULL || !g_atomic_ref_count_dec (&file->ref_count))
    return;
  gs_safetensors_header_clear (&file->header);
  g_free (file->warnings);
  g_bytes_unref (file->bytes);
  g_free (file->path);
  g_free (file);
}

const char *
gs_safetensors_path (const GsSafetensors *file)
{
  return file->path;
}

guint
gs_safetensors_n_tensors (const GsSafetensors *file)
{
  return file->header.tensors->len;
}

const GsStoredTensor *
gs_safetensors_tensor (const GsSafetensors *file, guint i)
{
  g_assert (i < file->header.tensors->len);
  return &g_array_index (file->header.tensors, GsStoredTensor, i);
}

const GsStoredTensor *
gs_safetensors_find (const GsSafetensors *file, const char *name)
{
  gpointer index;

  if (!g_hash_table_lookup_extended (file->header.by_name, name, NULL, &index))
    return NULL;
  return gs_safetensors_tensor (file, GPOINTER_TO_UINT (index));
}

GHashTable *
gs_safetensors_metadata (const GsSafetensors *file)
{
  return file->header.metadata;
}

const char *const *
gs_safetensors_warnings (const GsSafetensors *file)
{
  return file->warnings;
}
