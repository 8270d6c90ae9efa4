/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the safetensors format. Tensors follow each other without gap or overlap; what a header claims
 * is checked in safetensors-header.c. */
#include "io/safetensors.h"

#include "io/file-kind.h"
#include "io/safetensors-header.h"
#include "io/tensor-file-private.h"

#include <string.h>

/* Moves what the header read into the file. */
static void
take_header (GsTensorFile *file, GsSafetensorsHeader *header)
{
  g_clear_pointer (&file->tensors, g_array_unref);
  g_clear_pointer (&file->by_name, g_hash_table_unref);
  g_clear_pointer (&file->metadata, g_hash_table_unref);
  g_clear_pointer (&file->warnings, g_ptr_array_unref);
  file->tensors = g_steal_pointer (&header->tensors);
  file->by_name = g_steal_pointer (&header->by_name);
  file->metadata = g_steal_pointer (&header->metadata);
  file->warnings = g_steal_pointer (&header->warnings);
  g_ptr_array_add (file->warnings, NULL);
}

GsTensorFile *
gs_safetensors_read (GBytes *bytes, const char *path, const char *shown, GError **error)
{
  gsize n_bytes;
  const guint8 *all = g_bytes_get_data (bytes, &n_bytes);
  guint64 n_header;
  GsTensorFile *file;
  GsSafetensorsHeader header = { 0 };

  if (!gs_file_kind_check_safetensors (all, n_bytes, shown, error))
    return NULL;
  memcpy (&n_header, all, 8);
  n_header = GUINT64_FROM_LE (n_header);
  if (!gs_safetensors_header_read (&header, (const char *) all + 8, n_header, all + 8 + n_header,
                                   n_bytes - 8 - n_header, shown, error))
    return NULL;
  file = gs_tensor_file_new (path, "safetensors", bytes);
  take_header (file, &header);
  return file;
}
