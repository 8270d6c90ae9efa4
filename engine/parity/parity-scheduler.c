/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorded runs of samplers, made again by sample/reference-case. */
#include "parity/parity.h"

#include "sample/reference-case.h"

static float *
get_tensor (const char *name, gsize *n, gpointer user_data)
{
  g_auto (GsParityTensor) tensor = { 0 };

  if (!gs_parity_read (user_data, &tensor, NULL, "%s", name))
    return NULL;
  *n = tensor.n;
  return g_steal_pointer (&tensor.values);
}

gboolean
gs_parity_scheduler (GsParityRun *run, GError **error)
{
  g_autoptr (GsTensorFile) file = gs_parity_open (run, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GsReferenceResult result = { 0 };

  if (file == NULL)
    return FALSE;
  for (guint i = 0; i < gs_tensor_file_n_tensors (file); i++)
    g_ptr_array_add (names, (gpointer) gs_tensor_file_tensor (file, i)->name);
  g_ptr_array_add (names, NULL);
  if (!gs_reference_case_check (run->entry, (const char *const *) names->pdata, get_tensor, file,
                                &result, error))
    return FALSE;
  run->n_compared++;
  run->failed = !result.passed;
  run->max_absolute = result.max_absolute;
  run->max_relative = result.max_relative;
  run->tolerance = result.tolerance;
  run->detail = g_strdup (result.detail);
  return TRUE;
}
