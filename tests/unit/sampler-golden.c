/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samplers: recorded reference runs made again, order of convergence, extreme inputs, names. */
#include "io/json.h"
#include "io/safetensors.h"
#include "sample/reference-case.h"
#include "sample/sampler.h"

#include <math.h>
#include <string.h>

/* ---- Recorded runs -------------------------------------------------------------------------- */

static float *
tensor_of_file (const char *name, gsize *n, gpointer user_data)
{
  const GsStoredTensor *tensor = gs_safetensors_find (user_data, name);
  float *values;

  *n = 0;
  if (tensor == NULL)
    return NULL;
  *n = gs_stored_tensor_n_elements (tensor);
  values = g_new (float, *n);
  gs_stored_tensor_to_float (tensor, values);
  return values;
}

static void
check_case (const char *folder, JsonObject *entry)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder, gs_json_get_string (entry, "file"), NULL);
  g_autoptr (GsSafetensors) file = gs_safetensors_open (path, &error);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *id = gs_json_get_string (entry, "id");
  GsReferenceResult result;

  g_assert_no_error (error);
  for (guint i = 0; i < gs_safetensors_n_tensors (file); i++)
    g_ptr_array_add (names, (gpointer) gs_safetensors_tensor (file, i)->name);
  g_ptr_array_add (names, NULL);
  gs_reference_case_check (entry, (const char *const *) names->pdata, tensor_of_file, file, &result,
                           &error);
  g_assert_no_error (error);
  g_test_message ("%-34s %s %.2g of %.2g (%s)", id, result.passed ? "ok" : "FAILED",
                  result.max_relative, result.tolerance, result.detail);
  if (!result.passed)
    {
      g_test_message ("%s failed", id);
      g_test_fail ();
    }
}

static void
test_golden (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("GESSO_SHARED") ?: "", "golden", NULL);
  g_autofree char *path = g_build_filename (folder, "MANIFEST.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) manifest = NULL;
  JsonArray *cases;
  guint n_checked = 0;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("no golden fixtures beside the source");
      return;
    }
  manifest = gs_json_load_object (path, &error);
  g_assert_no_error (error);
  cases = gs_json_get_array (manifest, "cases");
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *entry = json_array_get_object_element (cases, i);

      if (g_strcmp0 (gs_json_get_string (entry, "group"), "scheduler") == 0)
        {
          check_case (folder, entry);
          n_checked++;
        }
    }
  g_assert_cmpuint (n_checked, >, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler/golden", test_golden);
  return g_test_run ();
}
