/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LoRA files. */
#include "io/adapter-write.h"

#include "io/safetensors.h"

gboolean
gs_adapter_write (const char *path, const GsStoredTensor *tensors, guint n_tensors,
                  GHashTable *metadata, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  /* The writer puts wide elements first, each width in the order given. */
  for (guint size = 8; size > 0; size /= 2)
    for (guint i = 0; i < n_tensors; i++)
      if (gs_dtype_bytes (tensors[i].dtype) == size)
        g_checksum_update (checksum, tensors[i].data, (gssize) tensors[i].n_bytes);
  g_hash_table_replace (metadata, g_strdup ("sshs_model_hash"),
                        g_strdup (g_checksum_get_string (checksum)));
  return gs_safetensors_write (path, tensors, n_tensors, metadata, error);
}
