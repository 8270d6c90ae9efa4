/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of every format against the tensors they were made from, and damaged and hostile files. */
#include "parity/networks.h"
#include "parity/parity-pipeline.h"

#include "base/half.h"

#include <string.h>

/* Pickles of these cases would create this file if they were executed. */
#define TRAP "PWNED"

/* How far whole runs with rounded weights may be off, by the cases' rule. */
#define ROUNDED_TOLERANCE 5e-2

static void
check_malformed (GsParityRun *run, const char *path, const char *expected)
{
  g_auto (GStrv) warnings = NULL;
  g_autoptr (GError) error = NULL;
  const gboolean loads = gs_model_verify (path, &warnings, &error);
  const gboolean says_so = error != NULL || (warnings != NULL && warnings[0] != NULL);

  if (g_str_equal (expected, "reject"))
    gs_parity_expect (run, !loads && error != NULL, "it loads, but must be rejected");
  else if (g_str_equal (expected, "load"))
    gs_parity_expect (run, loads, "it is rejected (%s), but must load",
                      error != NULL ? error->message : "without a reason");
  else
    gs_parity_expect (run, says_so, "it loads without a warning");
  gs_parity_expect (run, !g_file_test (TRAP, G_FILE_TEST_EXISTS), "code of the file was run");
}

/* Each weight must be what the original is after rounding to the stored type. */
static void
check_tensor (GsParityRun *run, const GsStoredTensor *got, const GsStoredTensor *want,
              const char *name)
{
  const guint64 n = gs_stored_tensor_n_elements (want);
  gboolean same = gs_stored_tensor_n_elements (got) == n;

  for (guint64 i = 0; same && i < n; i++)
    {
      float value = gs_stored_tensor_get_float (want, i);

      if (got->dtype == GS_DTYPE_BF16)
        value = gs_bf16_to_float (gs_bf16_from_float (value));
      else if (got->dtype == GS_DTYPE_F16)
        value = gs_half_to_float (gs_half_from_float (value));
      same = gs_stored_tensor_get_float (got, i) == value;
    }
  gs_parity_expect (run, same, "the values of %s", name);
}

/* A case that makes a whole run with the reference's file. */
static JsonObject *
find_pipeline (GsParityRun *run, const char *reference)
{
  for (guint i = 0; i < json_array_get_length (run->cases); i++)
    {
      GsParityRun other = { .entry = json_array_get_object_element (run->cases, i) };

      if (g_strcmp0 (gs_parity_string (&other, "group"), "pipeline") == 0
          && g_strcmp0 (gs_parity_string (&other, "checkpoint"), reference) == 0)
        return other.entry;
    }
  return NULL;
}

/* What shapes do not say stands in the original's metadata, which not every format can hold. */
static void
lend_metadata (GsCheckpoint *checkpoint, const GsCheckpoint *original)
{
  static const char *const keys[] = { "gesso.test_config", "config" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char *value = gs_checkpoint_any_metadata (original, keys[i]);

      if (value != NULL && gs_checkpoint_any_metadata (checkpoint, keys[i]) == NULL)
        gs_checkpoint_set_metadata (checkpoint, keys[i], value);
    }
}

static gboolean
check_format (GsParityRun *run, const char *path, const char *reference, GError **error)
{
  g_autoptr (GsCheckpoint) got = gs_checkpoint_open (path, error);
  g_autoptr (GsCheckpoint) want = NULL;
  JsonObject *pipeline = find_pipeline (run, reference);

  want = got != NULL ? gs_parity_checkpoint (run, reference, error) : NULL;
  if (want == NULL)
    return FALSE;
  lend_metadata (got, want);
  for (guint i = 0; i < gs_checkpoint_n_tensors (got); i++)
    {
      const char *name;
      const GsStoredTensor *tensor = gs_checkpoint_tensor (got, i, &name);
      const GsStoredTensor *original = gs_checkpoint_find (want, name);

      gs_parity_expect (run, original != NULL, "%s is not in the original", name);
      if (original != NULL)
        check_tensor (run, tensor, original, name);
    }
  return pipeline == NULL || !gs_checkpoint_has (got, GS_COMPONENT_UNET)
         || gs_parity_pipeline_picture (run, pipeline, g_steal_pointer (&got), ROUNDED_TOLERANCE,
                                        error);
}

/* A file against one that has the same tensors plainly. */
static gboolean
check_tensors (GsParityRun *run, const char *path, const char *expect, GError **error)
{
  g_autofree char *want_path = gs_parity_path (run, expect, error);
  g_autoptr (GsTensorFile) got = NULL, want = NULL;

  want = want_path != NULL ? gs_tensor_file_open (want_path, error) : NULL;
  got = want != NULL ? gs_tensor_file_open (path, error) : NULL;
  if (got == NULL)
    return FALSE;
  gs_parity_expect (run, gs_tensor_file_n_tensors (got) == gs_tensor_file_n_tensors (want),
                    "it has %u tensors", gs_tensor_file_n_tensors (got));
  for (guint i = 0; i < gs_tensor_file_n_tensors (want); i++)
    {
      const GsStoredTensor *original = gs_tensor_file_tensor (want, i);
      const GsStoredTensor *tensor = gs_tensor_file_find (got, original->name);

      gs_parity_expect (run, tensor != NULL, "%s is missing", original->name);
      if (tensor != NULL)
        gs_parity_expect (run,
                          tensor->dtype == original->dtype && tensor->n_dims == original->n_dims
                            && memcmp (tensor->shape, original->shape, sizeof tensor->shape) == 0
                            && tensor->n_bytes == original->n_bytes
                            && memcmp (tensor->data, original->data, tensor->n_bytes) == 0,
                          "the values of %s", original->name);
    }
  return TRUE;
}

gboolean
gs_parity_formats (GsParityRun *run, GError **error)
{
  const char *expected = gs_parity_string (run, "expected");
  const char *reference = gs_parity_string (run, "reference_tensors");
  const char *expect_file = gs_parity_string (run, "expect_file");
  g_autofree char *path = gs_parity_path (run, gs_parity_string (run, "file"), error);

  if (path == NULL)
    return FALSE;
  if (expected != NULL)
    {
      check_malformed (run, path, expected);
      return TRUE;
    }
  if (expect_file != NULL)
    return check_tensors (run, path, expect_file, error);
  if (reference != NULL)
    return check_format (run, path, reference, error);
  g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED, "this format is not supported yet");
  return FALSE;
}
