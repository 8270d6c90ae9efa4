/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the targets share: an input read as a file of tensors. */
#pragma once

#include "base/error.h"
#include "io/names.h"
#include "io/tensor-file.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize n);

/* Tensors share no memory beyond a few times the file's: a harmless file reads all of them. */
static inline void
fuzz_tensor_file (const guint8 *data, gsize n, const char *path)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (GsTensorFile) file = gs_tensor_file_open_bytes (bytes, path, &error);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GsNameMap) map = NULL;

  g_assert ((file == NULL) == (error != NULL));
  g_assert (error == NULL || error->domain == GS_ERROR);
  g_assert (error == NULL || g_utf8_validate (error->message, -1, NULL));
  for (guint i = 0; file != NULL && i < gs_tensor_file_n_tensors (file); i++)
    {
      const GsStoredTensor *tensor = gs_tensor_file_tensor (file, i);

      gs_stored_tensor_is_finite (tensor);
      g_ptr_array_add (names, (gpointer) tensor->name);
    }
  map = gs_name_map_new ((const char *const *) names->pdata, names->len);
  for (guint i = 0; i < names->len; i++)
    g_free (gs_name_map_canonical (map, names->pdata[i]));
}
