/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures name the files that they were made with, and by the hashes that are known: what they write is
 * what they are found by again. */
#include "session-test.h"

#include "io/safetensors.h"

#include <glib/gstdio.h>
#include <string.h>

static char *root;

static char *
write_tensors (const char *name, const GsStoredTensor *tensors, guint n)
{
  char *path = g_build_filename (root, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0700);
  gs_safetensors_write (path, tensors, n, NULL, &error);
  g_assert_no_error (error);
  return path;
}

static GsStoredTensor
tensor (const char *name, guint64 rows, guint64 columns)
{
  static const float zeros[1 << 16];

  g_assert_cmpuint (rows * columns, <=, G_N_ELEMENTS (zeros));
  return (GsStoredTensor) { .name = name, .dtype = GS_DTYPE_F32, .n_dims = 2,
                            .shape = { rows, columns }, .data = zeros,
                            .n_bytes = rows * columns * sizeof *zeros };
}

/* Makes its hash known and gives the first digits of it. */
static char *
keep (const char *path, guint n_digits, gboolean by_data)
{
  g_autofree char *whole = NULL, *data = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  gs_library_hash (path, &whole, &data, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  gs_library_keep_hash (path, (guint64) info.st_size, info.st_mtime, whole, data);
  return g_strndup (by_data ? data : whole, n_digits);
}

static GPtrArray *
files_of (const char *prompt, const char *negative)
{
  GsRequest request = session_test_request ();
  g_autoptr (GsResult) result = NULL;

  request.steps = 1;
  request.prompt = prompt;
  request.negative_prompt = negative;
  result = session_test_generate (&request);
  return gs_used_files_list (result->parameters[0]);
}

static void
assert_file (const GPtrArray *files, guint i, GsLibraryKind kind, const char *name, const char *hash)
{
  const GsUsedFile *file;

  g_assert_cmpuint (i, <, files->len);
  file = files->pdata[i];
  g_assert_cmpint (file->kind, ==, kind);
  g_assert_cmpstr (file->name, ==, name);
  g_assert_cmpstr (file->hash, ==, hash);
}

/* Nothing waits for a hash, and none is made up. */
static void
test_unknown (void)
{
  g_autoptr (GPtrArray) files = NULL;

  if (session_test_get () == NULL)
    return;
  files = files_of ("a house <lora:ink>, zorb", NULL);
  g_assert_cmpuint (files->len, ==, 2);
  assert_file (files, 0, GS_LIBRARY_CHECKPOINT, "Starter", NULL);
  assert_file (files, 1, GS_LIBRARY_LORA, "ink", NULL);
}

static void
test_known (void)
{
  g_autofree char *ink = g_build_filename (root, "gesso", "loras", "ink.safetensors", NULL);
  g_autofree char *wash = g_build_filename (root, "gesso", "loras", "wash.safetensors", NULL);
  g_autofree char *zorb = g_build_filename (root, "gesso", "embeddings", "zorb.safetensors", NULL);
  g_autofree char *starter_hash = NULL, *ink_hash = NULL, *wash_hash = NULL, *zorb_hash = NULL;
  g_autofree char *vae_name = NULL;
  g_autoptr (GPtrArray) plain = NULL, all = NULL, with_vae = NULL;
  g_autoptr (GError) error = NULL;
  GsModelOptions options = { .vae = gs_starter_path () };

  if (session_test_get () == NULL)
    return;
  starter_hash = keep (gs_starter_path (), 10, FALSE);
  ink_hash = keep (ink, 12, TRUE);
  wash_hash = keep (wash, 12, TRUE);
  zorb_hash = keep (zorb, 12, FALSE);
  g_assert_cmpstr (ink_hash, !=, wash_hash);
  plain = files_of ("a house, zorbs", NULL);
  g_assert_cmpuint (plain->len, ==, 1);
  assert_file (plain, 0, GS_LIBRARY_CHECKPOINT, "Starter", starter_hash);
  all = files_of ("<lora:wash:0.5>a house<lora:ink>", "a ZORB house");
  g_assert_cmpuint (all->len, ==, 4);
  assert_file (all, 1, GS_LIBRARY_LORA, "wash", wash_hash);
  assert_file (all, 2, GS_LIBRARY_LORA, "ink", ink_hash);
  assert_file (all, 3, GS_LIBRARY_EMBEDDING, "zorb", zorb_hash);

  gs_session_load_model (session_test_get (), NULL, &options, NULL, NULL, &error);
  g_assert_no_error (error);
  with_vae = files_of ("a house", NULL);
  vae_name = g_path_get_basename (gs_starter_path ());
  g_assert_cmpuint (with_vae->len, ==, 2);
  assert_file (with_vae, 1, GS_LIBRARY_VAE, vae_name, starter_hash);
}

static void
write_files (void)
{
  const GsStoredTensor ink[] = {
    tensor ("lora_unet_mid_block_resnets_0_conv1.lora_down.weight", 4, 128 * 9),
    tensor ("lora_unet_mid_block_resnets_0_conv1.lora_up.weight", 128, 4),
  };
  const GsStoredTensor wash[] = {
    tensor ("lora_unet_mid_block_resnets_0_conv1.lora_down.weight", 2, 128 * 9),
    tensor ("lora_unet_mid_block_resnets_0_conv1.lora_up.weight", 128, 2),
  };
  const GsStoredTensor word = tensor ("emb_params", 2, 96);

  g_free (write_tensors ("gesso/loras/ink.safetensors", ink, G_N_ELEMENTS (ink)));
  g_free (write_tensors ("gesso/loras/wash.safetensors", wash, G_N_ELEMENTS (wash)));
  g_free (write_tensors ("gesso/embeddings/zorb.safetensors", &word, 1));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  root = g_dir_make_tmp ("gesso-picture-files-XXXXXX", &error);
  g_assert_no_error (error);
  g_setenv ("XDG_DATA_HOME", root, TRUE);
  g_setenv ("XDG_CACHE_HOME", root, TRUE);
  write_files ();
  g_test_add_func ("/picture-files/unknown", test_unknown);
  g_test_add_func ("/picture-files/known", test_known);
  return session_test_run ();
}
