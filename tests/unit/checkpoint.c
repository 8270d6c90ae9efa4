/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checkpoints: folders and shards are found, layouts agree, files can be overridden. */
#include "io/checkpoint.h"
#include "io/safetensors.h"

#include "base/error.h"
#include "base/half.h"

#include <glib/gstdio.h>
#include <string.h>

static char *folder;

static char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* A file whose tensors all are (2, 1) of F32 with the values (index, -index). */
static void
write_names (const char *path, const char *const *names)
{
  guint n = g_strv_length ((char **) names);
  g_autofree GsStoredTensor *tensors = g_new0 (GsStoredTensor, n);
  g_autofree float *values = g_new (float, 2 * n);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    {
      values[2 * i] = (float) i;
      values[2 * i + 1] = -(float) i;
      tensors[i] = (GsStoredTensor){ .name = names[i],
                                     .dtype = GS_DTYPE_F32,
                                     .n_dims = 2,
                                     .shape = { 2, 1 },
                                     .data = values + 2 * i,
                                     .n_bytes = 8 };
    }
  gs_safetensors_write (path, tensors, n, NULL, &error);
  g_assert_no_error (error);
}

#define U "model.diffusion_model."
#define V "first_stage_model."

static void
test_file (void)
{
  static const char *const names[] = { U "input_blocks.0.0.weight", "betas", "in.0.x",
                                       V "quant_conv.bias", NULL };
  g_autofree char *path = in_folder ("file.safetensors");
  g_autoptr (GsCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;
  const char *canonical;
  GsCheckpointStats stats;

  write_names (path, names);
  checkpoint = gs_checkpoint_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (gs_checkpoint_n_tensors (checkpoint), ==, 2);
  gs_checkpoint_tensor (checkpoint, 0, &canonical);
  g_assert_cmpstr (canonical, ==, "unet.conv_in.weight");
  g_assert_cmpfloat (
    gs_stored_tensor_get_float (gs_checkpoint_find (checkpoint, "vae.quant_conv.bias"), 1), ==, -3);
  g_assert_true (gs_checkpoint_has (checkpoint, GS_COMPONENT_UNET));
  g_assert_false (gs_checkpoint_has (checkpoint, GS_COMPONENT_TEXT_ENCODER));
  g_assert_cmpuint (gs_checkpoint_unrecognised (checkpoint)->len, ==, 1);
  stats = gs_checkpoint_stats (checkpoint, GS_N_COMPONENTS);
  g_assert_cmpuint (stats.n_parameters, ==, 4);
  g_assert_cmpuint (stats.by_dtype[GS_DTYPE_F32], ==, 4);
  g_assert_cmpuint (gs_checkpoint_stats (checkpoint, GS_COMPONENT_VAE).n_tensors, ==, 1);
  g_assert_null (gs_checkpoint_find_non_finite (checkpoint));
  g_unlink (path);
}

static void
test_override (void)
{
  static const char *const base_names[] = { U "input_blocks.0.0.weight", V "quant_conv.weight",
                                            V "old.bias", NULL };
  static const char *const other_names[] = { "post_quant_conv.weight", "quant_conv.weight", NULL };
  g_autofree char *base_path = in_folder ("base.safetensors");
  g_autofree char *other_path = in_folder ("other.safetensors");
  GsCheckpoint *other;
  GsCheckpoint *base;

  write_names (base_path, base_names);
  write_names (other_path, other_names);
  base = gs_checkpoint_open (base_path, NULL);
  other = gs_checkpoint_open (other_path, NULL);
  g_assert_nonnull (base);
  g_assert_nonnull (other);
  gs_checkpoint_override (base, other);
  gs_checkpoint_free (other);
  g_assert_cmpuint (gs_checkpoint_n_tensors (base), ==, 4);
  g_assert_cmpfloat (
    gs_stored_tensor_get_float (gs_checkpoint_find (base, "vae.quant_conv.weight"), 1), ==, -1);
  g_assert_nonnull (gs_checkpoint_find (base, "vae.old.bias"));

  other = gs_checkpoint_open (other_path, NULL);
  g_assert_false (gs_checkpoint_replace (base, other, GS_COMPONENT_UNET));
  g_assert_true (gs_checkpoint_replace (base, other, GS_COMPONENT_VAE));
  gs_checkpoint_free (other);
  g_assert_cmpuint (gs_checkpoint_n_tensors (base), ==, 3);
  g_assert_null (gs_checkpoint_find (base, "vae.old.bias"));
  g_assert_cmpfloat (
    gs_stored_tensor_get_float (gs_checkpoint_find (base, "vae.post_quant_conv.weight"), 1), ==, 0);
  gs_checkpoint_free (base);
  g_unlink (base_path);
  g_unlink (other_path);
}

static void
test_added (void)
{
  g_autoptr (GsCheckpoint) checkpoint = gs_checkpoint_new ("made up");
  g_autoptr (GBytes) bytes = g_bytes_new ((const float[]){ 1, G_MAXFLOAT }, 8);
  GsStoredTensor tensor = { .dtype = GS_DTYPE_F32,
                            .n_dims = 1,
                            .shape = { 2 },
                            .data = g_bytes_get_data (bytes, NULL),
                            .n_bytes = 8 };
  g_autofree char *complaint = NULL;
  static const guint16 halves[2] = { 0x7c00, 0 };

  gs_checkpoint_add (checkpoint, "unet.conv_in.bias", &tensor, bytes);
  gs_checkpoint_set_metadata (checkpoint, "k", "v");
  g_assert_cmpstr (gs_checkpoint_find (checkpoint, "unet.conv_in.bias")->name, ==,
                   "unet.conv_in.bias");
  g_assert_cmpstr (gs_checkpoint_metadata (checkpoint, GS_COMPONENT_UNET, "k"), ==, "v");
  g_assert_null (gs_checkpoint_find_non_finite (checkpoint));
  tensor.dtype = GS_DTYPE_F16;
  tensor.n_bytes = 4;
  tensor.data = halves;
  gs_checkpoint_add (checkpoint, "unet.conv_in.bias", &tensor, bytes);
  g_assert_cmpuint (gs_checkpoint_n_tensors (checkpoint), ==, 1);
  complaint = gs_checkpoint_find_non_finite (checkpoint);
  g_assert_nonnull (strstr (complaint, "unet.conv_in.bias"));
}

static void
write_text (const char *path, const char *text)
{
  g_autofree char *parent = g_path_get_dirname (path);

  g_mkdir_with_parents (parent, 0755);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* What opening a component's folder with this index and one shard "s.safetensors" (tensors
 * "conv_in.weight") says. */
static const struct
{
  const char *index, *says;
} bad_indexes[] = {
  { "{\"weight_map\":{\"conv_in.weight\":\"t.safetensors\"}}", "missing" },
  { "{\"weight_map\":{\"conv_in.weight\":\"../s.safetensors\"}}", "own folder" },
  { "{\"weight_map\":{\"conv_in.weight\":\"/etc/s.safetensors\"}}", "own folder" },
  { "{\"weight_map\":{\"conv_in.weight\":\"s\"}}", "own folder" },
  { "{\"weight_map\":{\"conv_in.weight\":3}}", "own folder" },
  { "{\"weight_map\":{\"conv_out.weight\":\"s.safetensors\"}}", "lacks the tensor" },
  { "{\"weight_map\":{}}", "weight_map" },
  { "{\"weight_map\":[]}", "weight_map" },
  { "{}", "weight_map" },
  { "{", "JSON" },
};

static void
test_shards (void)
{
  static const char *const names[] = { "conv_in.weight", NULL };
  g_autofree char *index = in_folder ("unet/diffusion_pytorch_model.safetensors.index.json");
  g_autofree char *config = in_folder ("unet/config.json");
  g_autofree char *shard = in_folder ("unet/s.safetensors");
  g_autofree char *unet = in_folder ("unet");
  GsCheckpoint *checkpoint;

  write_text (index, "{\"weight_map\":{\"conv_in.weight\":\"s.safetensors\"}}");
  write_text (config, "{\"_class_name\":\"UNet2DConditionModel\",\"attention_head_dim\":8}");
  write_names (shard, names);
  /* as a pipeline, as a component's folder, as an index */
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;

      checkpoint = gs_checkpoint_open (i == 0 ? folder : i == 1 ? unet : index, &error);
      g_assert_no_error (error);
      g_assert_nonnull (gs_checkpoint_find (checkpoint, "unet.conv_in.weight"));
      g_assert_nonnull (gs_checkpoint_config (checkpoint, "unet"));
      gs_checkpoint_free (checkpoint);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad_indexes); i++)
    {
      g_autoptr (GError) error = NULL;

      write_text (index, bad_indexes[i].index);
      g_assert_null (gs_checkpoint_open (index, &error));
      g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
      if (strstr (error->message, bad_indexes[i].says) == NULL)
        g_error ("“%s” does not say “%s”", error->message, bad_indexes[i].says);
    }
  g_unlink (index);
  g_unlink (shard);
  g_unlink (config);
  g_rmdir (unet);
}

static void
test_folder_without_weights (void)
{
  g_autofree char *pickle = in_folder ("vae/diffusion_pytorch_model.bin");
  g_autofree char *variant = in_folder ("vae/diffusion_pytorch_model.fp16.safetensors");
  g_autofree char *vae = in_folder ("vae");
  g_autoptr (GError) error = NULL;
  GsCheckpoint *checkpoint;

  write_text (pickle, "x");
  g_assert_null (gs_checkpoint_open (folder, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_clear_error (&error);
  write_names (variant, (const char *const[]){ "quant_conv.bias", NULL });
  checkpoint = gs_checkpoint_open (folder, &error);
  g_assert_no_error (error);
  g_assert_nonnull (gs_checkpoint_find (checkpoint, "vae.quant_conv.bias"));
  gs_checkpoint_free (checkpoint);
  g_unlink (variant);
  g_unlink (pickle);
  g_assert_null (gs_checkpoint_open (folder, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_rmdir (vae);
}

static GsCheckpoint *
open_golden (const char *name)
{
  const char *shared = g_getenv ("GESSO_SHARED");
  g_autofree char *path = g_build_filename (shared != NULL ? shared : "", "golden", name, NULL);
  g_autoptr (GError) error = NULL;
  GsCheckpoint *checkpoint;

  if (shared == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("no reference files");
      return NULL;
    }
  checkpoint = gs_checkpoint_open (path, &error);
  g_assert_no_error (error);
  return checkpoint;
}

/* The single file and the diffusers folder hold the same weights, the folder in bfloat16. */
static void
test_golden_layouts (void)
{
  g_autoptr (GsCheckpoint) single = open_golden ("pipeline/mini_sd1.safetensors");
  g_autoptr (GsCheckpoint) diffusers = single != NULL ? open_golden ("formats/diffusers") : NULL;

  if (diffusers == NULL)
    return;
  g_assert_cmpuint (gs_checkpoint_unrecognised (single)->len, ==, 0);
  g_assert_cmpuint (gs_checkpoint_unrecognised (diffusers)->len, ==, 0);
  g_assert_cmpuint (gs_checkpoint_n_tensors (single), ==, gs_checkpoint_n_tensors (diffusers));
  for (guint i = 0; i < gs_checkpoint_n_tensors (single); i++)
    {
      const char *name;
      const GsStoredTensor *from = gs_checkpoint_tensor (single, i, &name);
      const GsStoredTensor *to = gs_checkpoint_find (diffusers, name);

      if (to == NULL)
        g_error ("%s is not in the folder", name);
      g_assert_true (gs_stored_tensor_has_shape (to, from->n_dims, from->shape));
      for (guint64 k = 0; k < gs_stored_tensor_n_elements (from); k++)
        g_assert_cmpuint (gs_bf16_from_float (gs_stored_tensor_get_float (from, k)), ==,
                          gs_bf16_from_float (gs_stored_tensor_get_float (to, k)));
    }
  g_assert_cmpstr (
    gs_json_get_string (gs_checkpoint_config (diffusers, "scheduler"), "beta_schedule"), ==,
    "scaled_linear");
}

/* In the reference files everything but the given and expected values is a weight. */
static void
test_golden_units (void)
{
  static const struct
  {
    const char *file;
    GsComponent component;
  } files[] = {
    { "text_encoder/sd1.safetensors", GS_COMPONENT_TEXT_ENCODER },
    { "text_encoder/sd2_openclip.safetensors", GS_COMPONENT_TEXT_ENCODER },
    { "vae/kl.safetensors", GS_COMPONENT_VAE },
    { "vae/taesd.safetensors", GS_COMPONENT_TAESD },
    { "unet/sd2.safetensors", GS_COMPONENT_UNET },
    { "unet/sdxl.safetensors", GS_COMPONENT_UNET },
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GsCheckpoint) checkpoint = open_golden (files[i].file);
      const GPtrArray *rest;

      if (checkpoint == NULL)
        return;
      rest = gs_checkpoint_unrecognised (checkpoint);
      g_assert_cmpuint (rest->len, >, 0);
      for (guint k = 0; k < rest->len; k++)
        {
          const char *name = g_ptr_array_index (rest, k);

          g_assert_true (g_str_has_prefix (name, "in.") || g_str_has_prefix (name, "out."));
        }
      g_assert_cmpuint (gs_checkpoint_stats (checkpoint, files[i].component).n_tensors, ==,
                        gs_checkpoint_n_tensors (checkpoint));
      g_assert_cmpuint (gs_checkpoint_n_tensors (checkpoint), >, 40);
    }
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("gesso-checkpoint-XXXXXX", NULL);
  g_test_add_func ("/checkpoint/file", test_file);
  g_test_add_func ("/checkpoint/override", test_override);
  g_test_add_func ("/checkpoint/added", test_added);
  g_test_add_func ("/checkpoint/shards", test_shards);
  g_test_add_func ("/checkpoint/folder-without-weights", test_folder_without_weights);
  g_test_add_func ("/checkpoint/golden-layouts", test_golden_layouts);
  g_test_add_func ("/checkpoint/golden-units", test_golden_units);
  status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return status;
}
