/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One safetensors file a key. */
#include "train/float-cache.h"

#include "base/error.h"
#include "io/safetensors.h"

#include <errno.h>
#include <glib/gstdio.h>

static char *
path_of (const char *folder, const char *key)
{
  g_autofree char *name = g_strconcat (key, ".safetensors", NULL);

  return g_build_filename (folder, name, NULL);
}

float *
gs_float_cache_get (const char *folder, const char *key, gsize n)
{
  g_autofree char *path = path_of (folder, key);
  g_autoptr (GsTensorFile) file = NULL;
  const GsStoredTensor *tensor;
  float *values;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  file = gs_tensor_file_open (path, NULL);
  tensor = file != NULL && gs_tensor_file_n_tensors (file) == 1 ? gs_tensor_file_tensor (file, 0)
                                                                : NULL;
  if (tensor == NULL || tensor->dtype != GS_DTYPE_F32 || gs_stored_tensor_n_elements (tensor) != n)
    return NULL;
  values = g_new (float, n);
  gs_stored_tensor_to_float (tensor, values);
  return values;
}

gboolean
gs_float_cache_put (const char *folder, const char *key, const float *values, gsize n,
                    GError **error)
{
  g_autofree char *path = path_of (folder, key);
  const GsStoredTensor tensor = { .name = "values", .dtype = GS_DTYPE_F32, .n_dims = 1,
                                  .shape = { n }, .data = values, .n_bytes = n * sizeof *values };

  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_autofree char *shown = g_filename_display_name (folder);

      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "Cannot make the folder %s: %s", shown,
                   g_strerror (errno));
      return FALSE;
    }
  return gs_safetensors_write (path, &tensor, 1, NULL, error);
}
