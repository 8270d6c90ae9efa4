/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both halves are one list of layers, counted as in diffusers' AutoencoderTiny, where activations
 * and upsamplings take a number too.
 */
#include "models/taesd.h"

#define N_STAGES 3          /* of blocks, between the changes of size */
#define BLOCKS_PER_STAGE 3
#define LATENT_LIMIT 3.0f   /* the decoder squashes its input into -3..3 */

/* relu (x + conv (relu (conv (relu (conv (x)))))) */
static GsTensor *
block (GsGraph *g, guint layer, GsTensor *x, guint32 channels)
{
  GsTensor *h;

  GS_SCOPE (g, "layers.%u", layer);
  h = gs_relu (g, gs_conv2d (g, "conv.0", x, channels, 3));
  h = gs_relu (g, gs_conv2d (g, "conv.2", h, channels, 3));
  if (x->shape.c != channels)
    x = gs_conv2d (g, "skip", x, channels, 1);
  h = gs_conv2d (g, "conv.4", h, channels, 3);
  return gs_relu (g, gs_add (g, h, x));
}

static GsTensor *
convolution (GsGraph *g, guint layer, GsTensor *x, guint32 channels, guint stride)
{
  char name[32];

  g_snprintf (name, sizeof name, "layers.%u", layer);
  return gs_conv2d (g, name, x, channels, 3, .stride = stride);
}

GsTensor *
gs_taesd_encoder (GsGraph *g, const GsTaesdConfig *config, GsTensor *x)
{
  guint layer = 0;

  GS_SCOPE (g, "encoder");
  x = convolution (g, layer++, x, config->channels, 1);
  x = block (g, layer++, x, config->channels);
  for (guint stage = 0; stage < N_STAGES; stage++)
    {
      x = convolution (g, layer++, x, config->channels, 2);
      for (guint i = 0; i < BLOCKS_PER_STAGE; i++)
        x = block (g, layer++, x, config->channels);
    }
  return convolution (g, layer, x, config->latent_channels, 1);
}

GsTensor *
gs_taesd_decoder (GsGraph *g, const GsTaesdConfig *config, GsTensor *z)
{
  GsTensor *x;
  guint layer = 0;

  GS_SCOPE (g, "decoder");
  x = convolution (g, layer++, gs_soft_clamp (g, z, LATENT_LIMIT), config->channels, 1);
  x = gs_relu (g, x);
  layer++;
  for (guint stage = 0; stage < N_STAGES; stage++)
    {
      for (guint i = 0; i < BLOCKS_PER_STAGE; i++)
        x = block (g, layer++, x, config->channels);
      x = gs_upsample (g, x, 2 * x->shape.h, 2 * x->shape.w);
      layer++;
      x = convolution (g, layer++, x, config->channels, 1);
    }
  x = block (g, layer++, x, config->channels);
  return convolution (g, layer, x, 3, 1);
}
