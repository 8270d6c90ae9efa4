/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up checkpoints for the tests of configs. */
#pragma once

#include "models/model-tensors.h"

#include <string.h>

/* A checkpoint with all tensors of a config. Their data are never looked at, so none are made. */
static inline GsCheckpoint *
make_checkpoint (const GsModelConfig *config)
{
  GsCheckpoint *checkpoint = gs_checkpoint_new ("made up");
  g_autoptr (GBytes) bytes = g_bytes_new_static ("", 0);

  for (guint component = 0; component < GS_N_COMPONENTS; component++)
    {
      g_autoptr (GArray) specs = gs_model_tensors (config, component);

      for (guint i = 0; i < specs->len; i++)
        {
          const GsTensorSpec *spec = &g_array_index (specs, GsTensorSpec, i);
          GsStoredTensor tensor = { .dtype = GS_DTYPE_F16, .n_dims = spec->n_dims };

          memcpy (tensor.shape, spec->shape, sizeof spec->shape);
          gs_checkpoint_add (checkpoint, spec->name, &tensor, bytes);
        }
    }
  return checkpoint;
}

static inline JsonObject *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonObject *object = gs_json_parse_object (text, strlen (text), "test", &error);

  g_assert_no_error (error);
  return object;
}

/* What the shapes of the starter model and of make_small () do not say. */
#define STARTER_JSON \
  "{\"unet\":{\"heads\":4,\"groups\":8},\"vae\":{\"groups\":4},\"clip\":{\"heads\":4}}"

/* A small config other than any preset. */
static inline void
make_small (GsModelConfig *config)
{
  g_assert_true (gs_model_config_preset ("starter", config, NULL));
  config->unet.layers = 2;
  config->unet.n_levels = 2;
  config->unet.in_channels = 9;
  config->unet.down_depth[0][0] = config->unet.down_depth[0][1] = 2;
  config->unet.down_depth[1][1] = config->unet.up_depth[1][2] = 1;
  for (guint i = 0; i < 3; i++)
    config->unet.up_depth[0][i] = 2;
  config->vae.n_levels = 3;
  config->has[GS_COMPONENT_TAESD] = TRUE;
  config->taesd = (GsTaesdConfig){
    .channels = 24, .latent_channels = 4, .has_encoder = TRUE, .has_decoder = TRUE
  };
}
