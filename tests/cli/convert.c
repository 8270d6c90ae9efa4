/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gesso-cli convert: there and back again, and what it refuses. */
#include "cli-test.h"

#include "gs.h"
#include "io/tensor-file.h"

#include <math.h>
#include <string.h>

/* The starter model, quoted for a shell; NULL: skipped. */
static char *
starter (void)
{
  if (gs_starter_path () != NULL)
    return g_shell_quote (gs_starter_path ());
  g_test_skip ("no starter model");
  return NULL;
}

static GsTensorFile *
open_result (const char *name)
{
  g_autofree char *path = cli_test_path (name);
  g_autoptr (GError) error = NULL;
  GsTensorFile *file = gs_tensor_file_open (path, &error);

  g_assert_no_error (error);
  return file;
}

static void
convert (const char *format, const char *in, const char *out)
{
  g_autofree char *command = g_strdup_printf ("convert %s %s %s", in, out, format);
  g_auto (CliRun) run = cli_run ("%s", command);

  cli_assert_status (&run, 0);
  g_assert_cmpstr (run.out, ==, "");
}

static void
test_lossless (void)
{
  g_autofree char *model = starter ();
  g_autoptr (GsTensorFile) before = NULL, after = NULL, between = NULL;

  if (model == NULL)
    return;
  convert ("", model, "a.gguf");
  convert ("", "a.gguf", "a.safetensors");
  before = gs_tensor_file_open (gs_starter_path (), NULL);
  between = open_result ("a.gguf");
  after = open_result ("a.safetensors");
  g_assert_cmpstr (gs_tensor_file_format (between), ==, "GGUF");
  g_assert_cmpuint (gs_tensor_file_n_tensors (after), ==, gs_tensor_file_n_tensors (before));
  for (guint i = 0; i < gs_tensor_file_n_tensors (before); i++)
    {
      const GsStoredTensor *want = gs_tensor_file_tensor (before, i);
      const GsStoredTensor *got = gs_tensor_file_find (after, want->name);

      g_assert_nonnull (got);
      g_assert_cmpint (got->dtype, ==, want->dtype);
      g_assert_cmpuint (got->n_dims, ==, want->n_dims);
      g_assert_cmpmem (got->shape, sizeof got->shape, want->shape, sizeof want->shape);
      g_assert_cmpmem (got->data, got->n_bytes, want->data, want->n_bytes);
    }
  g_assert_cmpstr (g_hash_table_lookup (gs_tensor_file_metadata (after), "gesso.unet.num_heads"),
                   ==,
                   g_hash_table_lookup (gs_tensor_file_metadata (before), "gesso.unet.num_heads"));
}

/* Matrices and kernels become blocks, each number within half a step; the model stays one. */
static void
test_quantised (void)
{
  g_autofree char *model = starter ();
  g_autoptr (GsTensorFile) before = NULL, after = NULL;
  g_auto (CliRun) run = { 0 };
  guint n_quantised = 0;

  if (model == NULL)
    return;
  convert ("--dtype q8_0", model, "q.gguf");
  before = gs_tensor_file_open (gs_starter_path (), NULL);
  after = open_result ("q.gguf");
  for (guint i = 0; i < gs_tensor_file_n_tensors (before); i++)
    {
      const GsStoredTensor *want = gs_tensor_file_tensor (before, i);
      const GsStoredTensor *got = gs_tensor_file_find (after, want->name);
      const guint64 n = gs_stored_tensor_n_elements (want);
      float largest = 0, worst = 0;

      g_assert_nonnull (got);
      g_assert_true (gs_stored_tensor_has_shape (got, want->n_dims, want->shape));
      for (guint64 k = 0; k < n; k += 31)
        {
          largest = MAX (largest, fabsf (gs_stored_tensor_get_float (want, k)));
          worst = MAX (worst, fabsf (gs_stored_tensor_get_float (want, k)
                                     - gs_stored_tensor_get_float (got, k)));
        }
      if (got->dtype != GS_DTYPE_Q8_0)
        g_assert_cmpfloat (worst, ==, 0);
      else
        {
          n_quantised++;
          for (guint64 k = 0; k < n; k++)
            largest = MAX (largest, fabsf (gs_stored_tensor_get_float (want, k)));
          g_assert_cmpfloat (worst, <=, largest / 127 * 0.501 + largest * 0x1p-9);
        }
    }
  g_assert_cmpuint (n_quantised, >, 100);
  run = cli_run ("info q.gguf");
  cli_assert_status (&run, 0);
  g_assert_nonnull (strstr (run.out, "Family      SD 1.x\n"));
  g_assert_nonnull (strstr (run.out, "Type        Q8_0\n"));
  g_assert_nonnull (strstr (run.out, "Missing     0\n"));
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *arguments;
    int status;
    const char *says;
  } cases[] = {
    { "", 2, "IN OUT" },
    { "nothing.safetensors", 2, "IN OUT" },
    { "nothing.safetensors x.gguf", 1, "does not exist" },
    { "nothing.safetensors x.zip", 2, "names no format" },
    { "nothing.safetensors x.gguf --dtype q3", 2, "no precision" },
    { "nothing.safetensors x.safetensors --dtype q4_0", 2, "cannot hold q4_0" },
    { "x.gguf ./x.gguf", 2, "itself" },
    { "nothing.safetensors missing/x.gguf", 1, "missing" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (CliRun) run = cli_run ("convert %s", cases[i].arguments);

      cli_assert_status (&run, cases[i].status);
      cli_assert_complaint (&run, cases[i].says);
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/convert/lossless", test_lossless);
  g_test_add_func ("/convert/quantised", test_quantised);
  g_test_add_func ("/convert/refusals", test_refusals);
  status = g_test_run ();
  cli_test_finish ();
  return status;
}
