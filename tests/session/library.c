/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prompts find LoRA and words in the folders that a session is told of, and only there. */
#include "session-test.h"

#include "io/safetensors.h"

#include <glib/gstdio.h>

static char *folder;

/* Values are the same in each run. */
static GsStoredTensor
make_tensor (const char *name, guint64 rows, guint64 columns)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  float *values = g_new (float, rows * columns);

  for (guint64 i = 0; i < rows * columns; i++)
    values[i] = (float) g_rand_double_range (rand, -0.4, 0.4);
  return (GsStoredTensor) { .name = name, .dtype = GS_DTYPE_F32, .n_dims = 2,
                            .shape = { rows, columns }, .data = values,
                            .n_bytes = rows * columns * sizeof *values };
}

static void
write_file (const char *name, GsStoredTensor *tensors, guint n)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *place = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (place, 0700), ==, 0);
  gs_safetensors_write (path, tensors, n, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    g_free ((gpointer) tensors[i].data);
}

/* The LoRA has a matrix as wide as the starter's words. */
static void
write_files (void)
{
  GsStoredTensor word = make_tensor ("emb_params", 5, 96);
  GsStoredTensor lora[] = {
    make_tensor ("lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", 4, 96),
    make_tensor ("lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight", 384, 4),
  };

  write_file ("some/deep/zorb.safetensors", &word, 1);
  write_file ("other/wash.safetensors", lora, 2);
}

static void
set_library (gboolean known)
{
  const char *const folders[] = { folder, NULL };

  gs_session_set_library (session_test_get (), known ? folders : NULL);
}

static guint
count (const char *prompt)
{
  g_autoptr (GError) error = NULL;
  guint n = 0, available;

  gs_session_count_tokens (session_test_get (), prompt, &n, &available, &error);
  g_assert_no_error (error);
  return n;
}

static void
test_words (void)
{
  guint wash;

  if (session_test_get () == NULL)
    return;
  set_library (FALSE);
  g_assert_cmpuint (count ("zorb"), !=, 5);
  wash = count ("wash");
  set_library (TRUE);
  g_assert_cmpuint (count ("zorb"), ==, 5);
  g_assert_cmpuint (count ("wash"), ==, wash); /* a LoRA is no word */
}

static void
test_loras (void)
{
  GsRequest request = session_test_request ();
  g_autoptr (GsImage) with = NULL, without = NULL;
  g_autoptr (GsResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (session_test_get () == NULL)
    return;
  request.steps = 2;
  request.prompt = "a house <lora:wash:1>";
  set_library (FALSE);
  result = gs_session_generate (session_test_get (), &request, NULL, NULL, &error);
  g_assert_null (result);
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  set_library (TRUE);
  with = session_test_picture (&request);
  request.prompt = "a house ";
  without = session_test_picture (&request);
  g_assert_false (session_test_same (with, without));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("gesso-library-XXXXXX", &error);
  g_assert_no_error (error);
  write_files ();
  g_test_add_func ("/library/words", test_words);
  g_test_add_func ("/library/loras", test_loras);
  return session_test_run ();
}
