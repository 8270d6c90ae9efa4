/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tensors of the starter's U-Net under a ControlNet's names, random ones, and those of adapters. */
#include "control-file.h"

#include "gs.h"
#include "io/checkpoint.h"
#include "io/safetensors.h"

#include <string.h>

#define RANK 2
#define WIDE 128 /* channels of the starter's middle */

typedef struct
{
  GArray    *tensors; /* GsStoredTensor */
  GPtrArray *kept;    /* names and values, owned */
} File;

static float *
add (File *file, const char *name, guint n_dims, const guint64 *dims)
{
  GRand *rand = g_rand_new_with_seed (g_str_hash (name));
  GsStoredTensor tensor = { .name = g_strdup (name), .dtype = GS_DTYPE_F32, .n_dims = n_dims };
  guint64 n = 1;
  float *values;

  for (guint i = 0; i < n_dims; i++)
    n *= tensor.shape[i] = dims[i];
  values = g_new (float, MAX (n, 1));
  for (guint64 i = 0; i < n; i++)
    values[i] = (float) g_rand_double_range (rand, -0.2, 0.2);
  tensor.data = values;
  tensor.n_bytes = n * sizeof *values;
  g_array_append_val (file->tensors, tensor);
  g_ptr_array_add (file->kept, (gpointer) tensor.name);
  g_ptr_array_add (file->kept, values);
  g_rand_free (rand);
  return values;
}

static void
add_conv (File *file, const char *name, guint64 out, guint64 in, guint64 k)
{
  g_autofree char *weight = g_strconcat (name, ".weight", NULL);
  g_autofree char *bias = g_strconcat (name, ".bias", NULL);

  add (file, weight, 4, (guint64[]) { out, in, k, k });
  add (file, bias, 1, &out);
}

/* The parts that a U-Net has not, by CompVis' names or diffusers'; values follow the places. */
static void
add_own (File *file, gboolean in_compvis)
{
  static const guint widths[] = { 3, 8, 8, 8, 12, 12, 16, 16, 64 };
  static const guint skips[] = { 64, 64, 64, 128, 128, 128 };

  for (guint i = 0; i + 1 < G_N_ELEMENTS (widths); i++)
    {
      g_autofree char *block = g_strdup_printf ("controlnet_cond_embedding.blocks.%u", i - 1);
      g_autofree char *numbered = g_strdup_printf ("input_hint_block.%u", 2 * i);
      const char *name = i == 0                             ? "controlnet_cond_embedding.conv_in"
                         : i + 2 == G_N_ELEMENTS (widths) ? "controlnet_cond_embedding.conv_out"
                                                           : block;

      add_conv (file, in_compvis ? numbered : name, widths[i + 1], widths[i], 3);
    }
  for (guint i = 0; i <= G_N_ELEMENTS (skips); i++)
    {
      const gboolean is_middle = i == G_N_ELEMENTS (skips);
      const guint width = is_middle ? WIDE : skips[i];
      g_autofree char *down = g_strdup_printf (in_compvis ? "zero_convs.%u.0"
                                                          : "controlnet_down_blocks.%u", i);
      const char *middle = in_compvis ? "middle_block_out.0" : "controlnet_mid_block";

      add_conv (file, is_middle ? middle : down, width, width, 1);
    }
}

/* Names decide nothing about values: both layouts get the same. */
static void
equalise (File *file)
{
  for (guint i = 0; i < file->tensors->len; i++)
    {
      GsStoredTensor *tensor = &g_array_index (file->tensors, GsStoredTensor, i);
      GRand *rand = g_rand_new_with_seed (i + 1);
      float *values = (float *) tensor->data;

      for (guint64 k = 0; k < gs_stored_tensor_n_elements (tensor); k++)
        values[k] = (float) g_rand_double_range (rand, -0.2, 0.2);
      g_rand_free (rand);
    }
}

#define ONE "mid_block.resnets.0.conv1.weight"
#define ONE_COMPVIS "middle_block.0.in_layers.2"

static void
add_factors (File *file, float *up, float *down)
{
  const guint64 rows = WIDE, columns = WIDE * 9;
  float *a = add (file, ONE_COMPVIS ".up", 4, (guint64[]) { rows, RANK, 1, 1 });
  float *b = add (file, ONE_COMPVIS ".down", 4, (guint64[]) { RANK, WIDE, 3, 3 });

  memcpy (a, up, rows * RANK * sizeof *a);
  memcpy (b, down, RANK * columns * sizeof *b);
}

/* The way down and the middle of the starter's U-Net. */
static void
add_half (File *file, const GsCheckpoint *starter, ControlKind kind, const float *up,
          const float *down)
{
  for (guint i = 0; i < gs_checkpoint_n_tensors (starter); i++)
    {
      const char *name;
      const GsStoredTensor *tensor = gs_checkpoint_tensor (starter, i, &name);
      const guint64 n = gs_stored_tensor_n_elements (tensor);
      guint64 dims[4] = { tensor->shape[0], tensor->shape[1], tensor->shape[2], tensor->shape[3] };
      float *values;

      if (!g_str_has_prefix (name, "unet.") || g_str_has_prefix (name, "unet.up_blocks.")
          || g_str_has_prefix (name, "unet.conv_norm_out.")
          || g_str_has_prefix (name, "unet.conv_out."))
        continue;
      name += strlen ("unet.");
      if (kind == CONTROL_FILE_FOREIGN && strstr (name, ".attn2.to_k.") != NULL)
        dims[1] /= 2;
      if (kind == CONTROL_FILE_FOREIGN && strstr (name, ".attn2.to_v.") != NULL)
        dims[1] /= 2;
      values = add (file, name, tensor->n_dims, dims);
      if (kind == CONTROL_FILE_DIFFERENCE)
        memset (values, 0, n * sizeof *values);
      else if (kind != CONTROL_FILE_FOREIGN)
        gs_stored_tensor_to_float (tensor, values);
      for (guint64 k = 0; kind == CONTROL_FILE_COPY_OF_ONE && g_str_equal (name, ONE) && k < n; k++)
        for (guint r = 0; r < RANK; r++)
          values[k] += up[k / (WIDE * 9) * RANK + r] * down[r * WIDE * 9 + k % (WIDE * 9)];
    }
}

static void
add_adapter (File *file)
{
  add_conv (file, "conv_in", 64, 3 * 16 * 16, 3);
  add_conv (file, "body.2.in_conv", WIDE, 64, 1);
  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *first = g_strdup_printf ("body.%u.block1", i);
      g_autofree char *second = g_strdup_printf ("body.%u.block2", i);

      add_conv (file, first, i < 2 ? 64 : WIDE, i < 2 ? 64 : WIDE, 3);
      add_conv (file, second, i < 2 ? 64 : WIDE, i < 2 ? 64 : WIDE, 1);
    }
}

char *
control_file_write (ControlKind kind, const char *folder, const char *name)
{
  File file = { g_array_new (FALSE, FALSE, sizeof (GsStoredTensor)),
                g_ptr_array_new_with_free_func (g_free) };
  const gboolean is_lora = kind == CONTROL_FILE_LORA || kind == CONTROL_FILE_LORA_OF_ONE;
  g_autoptr (GError) error = NULL;
  g_autoptr (GsCheckpoint) starter = gs_checkpoint_open (gs_starter_path (), &error);
  g_autofree float *up = g_new (float, WIDE * RANK);
  g_autofree float *down = g_new (float, RANK * WIDE * 9);
  const guint64 none = 0;
  char *path = g_build_filename (folder, name, NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < WIDE * RANK; i++)
    up[i] = ((int) (i % 7) - 3) / 16.0f;
  for (guint i = 0; i < RANK * WIDE * 9; i++)
    down[i] = ((int) (i % 5) - 2) / 16.0f;
  if (kind == CONTROL_FILE_ADAPTER)
    add_adapter (&file);
  else
    add_own (&file, is_lora);
  equalise (&file);
  if (is_lora)
    add (&file, "lora_controlnet", 1, &none);
  else if (kind != CONTROL_FILE_ADAPTER)
    add_half (&file, starter, kind, up, down);
  if (kind == CONTROL_FILE_LORA_OF_ONE)
    add_factors (&file, up, down);
  if (kind == CONTROL_FILE_DIFFERENCE)
    add (&file, "difference", 1, &none);
  gs_safetensors_write (path, (const GsStoredTensor *) (gpointer) file.tensors->data,
                        file.tensors->len, NULL, &error);
  g_assert_no_error (error);
  g_array_unref (file.tensors);
  g_ptr_array_unref (file.kept);
  return path;
}
