/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The decoder of the autoencoder: the middle at the latent's size, then level after level of
 * residual blocks, each twice as large (Esser et al., "Taming Transformers", appendix A).
 */
#include "models/vae.h"

#include "nn/attention-block.h"
#include "nn/resnet-block.h"

GsTensor *
gs_vae_middle (GsGraph *g, const GsVaeConfig *config, GsTensor *x)
{
  GS_SCOPE (g, "mid_block");
  x = gs_resnet_block (g, "resnets.0", x, NULL, x->shape.c, config->groups, GS_VAE_EPSILON);
  x = gs_attention_block (g, "attentions.0", x, 1, config->groups, GS_VAE_EPSILON);
  return gs_resnet_block (g, "resnets.1", x, NULL, x->shape.c, config->groups, GS_VAE_EPSILON);
}

static GsTensor *
level_up (GsGraph *g, const GsVaeConfig *config, guint block, GsTensor *x)
{
  guint level = config->n_levels - 1 - block;

  GS_SCOPE (g, "up_blocks.%u", block);
  for (guint i = 0; i <= config->layers; i++)
    {
      char name[32];

      g_snprintf (name, sizeof name, "resnets.%u", i);
      x = gs_resnet_block (g, name, x, NULL, config->channels[level], config->groups,
                           GS_VAE_EPSILON);
    }
  if (level == 0)
    return x;
  x = gs_upsample (g, x, 2 * x->shape.h, 2 * x->shape.w);
  return gs_conv2d (g, "upsamplers.0.conv", x, x->shape.c, 3);
}

GsTensor *
gs_vae_decoder (GsGraph *g, const GsVaeConfig *config, GsTensor *z)
{
  GsTensor *x = z;

  if (config->has_quant_conv)
    x = gs_conv2d (g, "post_quant_conv", z, config->latent_channels, 1);

  GS_SCOPE (g, "decoder");
  x = gs_conv2d (g, "conv_in", x, config->channels[config->n_levels - 1], 3);
  x = gs_vae_middle (g, config, x);
  for (guint block = 0; block < config->n_levels; block++)
    x = level_up (g, config, block, x);
  x = gs_silu (g, gs_group_norm (g, "conv_norm_out", x, config->groups, GS_VAE_EPSILON));
  return gs_conv2d (g, "conv_out", x, 3, 3);
}
