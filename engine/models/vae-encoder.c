/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The encoder of the autoencoder: level after level of residual blocks, each half as large, then
 * the middle (Esser et al., "Taming Transformers", appendix A). Its downsampling pads with zeros at
 * the right and at the bottom only.
 */
#include "models/vae.h"

#include "nn/resnet-block.h"

static GsTensor *
level_down (GsGraph *g, const GsVaeConfig *config, guint level, GsTensor *x)
{
  GS_SCOPE (g, "down_blocks.%u", level);
  for (guint i = 0; i < config->layers; i++)
    {
      char name[32];

      g_snprintf (name, sizeof name, "resnets.%u", i);
      x = gs_resnet_block (g, name, x, NULL, config->channels[level], config->groups,
                           GS_VAE_EPSILON);
    }
  if (level + 1 == config->n_levels)
    return x;
  return gs_conv2d (g, "downsamplers.0.conv", x, x->shape.c, 3, .stride = 2,
                    .pad_end_only = TRUE);
}

static GsTensor *
encoder (GsGraph *g, const GsVaeConfig *config, GsTensor *x)
{
  GS_SCOPE (g, "encoder");
  x = gs_conv2d (g, "conv_in", x, config->channels[0], 3);
  for (guint level = 0; level < config->n_levels; level++)
    x = level_down (g, config, level, x);
  x = gs_vae_middle (g, config, x);
  x = gs_silu (g, gs_group_norm (g, "conv_norm_out", x, config->groups, GS_VAE_EPSILON));
  return gs_conv2d (g, "conv_out", x, 2 * config->latent_channels, 3);
}

GsTensor *
gs_vae_encoder (GsGraph *g, const GsVaeConfig *config, GsTensor *x)
{
  x = encoder (g, config, x);
  if (config->has_quant_conv)
    x = gs_conv2d (g, "quant_conv", x, 2 * config->latent_channels, 1);
  return x;
}
