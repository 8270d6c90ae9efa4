/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state as a safetensors file. */
#include "train/training-state.h"

#include "base/error.h"
#include "io/safetensors.h"

#include <string.h>

/* Of all tensors' names and sizes. */
static char *
fingerprint (const GsTrained *trained)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < gs_trained_n (trained); i++)
    {
      const GsTrainedTensor *tensor = gs_trained_tensor (trained, i);
      g_autofree char *line = g_strdup_printf ("%s %" G_GSIZE_FORMAT "\n", tensor->name, tensor->n);

      g_checksum_update (checksum, (const guchar *) line, -1);
    }
  return g_strdup (g_checksum_get_string (checksum));
}

static GsStoredTensor
stored (const char *name, const float *values, gsize n)
{
  return (GsStoredTensor) { .name = name, .dtype = GS_DTYPE_F32, .n_dims = 1, .shape = { n },
                            .data = values, .n_bytes = n * sizeof *values };
}

gboolean
gs_training_state_write (const char *path, const GsTrained *trained, GArray *losses,
                         GError **error)
{
  const GsStoredTensor tensors[] = {
    stored ("values", trained->values, trained->n),
    stored ("first", trained->moments.first, trained->n),
    stored ("second", trained->moments.second, trained->n),
    stored ("losses", (const float *) (gpointer) losses->data, losses->len),
  };
  g_autoptr (GHashTable) metadata = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  g_hash_table_insert (metadata, "gesso.training", fingerprint (trained));
  return gs_safetensors_write (path, tensors, G_N_ELEMENTS (tensors), metadata, error);
}

static const GsStoredTensor *
find (GsTensorFile *file, const char *name)
{
  for (guint i = 0; i < gs_tensor_file_n_tensors (file); i++)
    if (g_str_equal (gs_tensor_file_tensor (file, i)->name, name)
        && gs_tensor_file_tensor (file, i)->dtype == GS_DTYPE_F32)
      return gs_tensor_file_tensor (file, i);
  return NULL;
}

static gboolean
read_array (GsTensorFile *file, const char *name, float *values, gsize n)
{
  const GsStoredTensor *tensor = find (file, name);

  if (tensor == NULL || gs_stored_tensor_n_elements (tensor) != n)
    return FALSE;
  gs_stored_tensor_to_float (tensor, values);
  return TRUE;
}

gboolean
gs_training_state_read (const char *path, GsTrained *trained, GArray *losses, GError **error)
{
  g_autoptr (GsTensorFile) file = gs_tensor_file_open (path, error);
  g_autofree char *own = fingerprint (trained), *shown = g_filename_display_name (path);
  const GsStoredTensor *history;

  if (file == NULL)
    return FALSE;
  history = find (file, "losses");
  if (g_strcmp0 (g_hash_table_lookup (gs_tensor_file_metadata (file), "gesso.training"), own) != 0 || history == NULL
      || !read_array (file, "values", trained->values, trained->n)
      || !read_array (file, "first", trained->moments.first, trained->n)
      || !read_array (file, "second", trained->moments.second, trained->n))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                   "%s belongs to another training; start anew in another folder", shown);
      return FALSE;
    }
  g_array_set_size (losses, gs_stored_tensor_n_elements (history));
  gs_stored_tensor_to_float (history, (float *) (gpointer) losses->data);
  return TRUE;
}
