/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 *   h = conv1 (silu (norm1 (x))) + W silu (time)
 *   y = shortcut (x) + conv2 (silu (norm2 (h)))
 *
 * The shortcut is a 1x1 convolution where the number of channels changes, else x itself
 * (Ho et al., "Denoising Diffusion Probabilistic Models", appendix B).
 */
#include "nn/resnet-block.h"

GsTensor *
gs_resnet_block (GsGraph *g, const char *name, GsTensor *x, GsTensor *time, guint32 channels,
                 guint32 groups, float epsilon)
{
  GsTensor *h, *t = NULL;

  /* What is added to a convolution stands before it, so that it can be fused into it. */
  GS_SCOPE (g, "%s", name);
  if (time != NULL)
    t = gs_linear (g, "time_emb_proj", time, channels);
  h = gs_silu (g, gs_group_norm (g, "norm1", x, groups, epsilon));
  h = gs_conv2d (g, "conv1", h, channels, 3);
  if (t != NULL)
    h = gs_add (g, h, t);
  h = gs_silu (g, gs_group_norm (g, "norm2", h, groups, epsilon));
  if (x->shape.c != channels)
    x = gs_conv2d (g, "conv_shortcut", x, channels, 1);
  h = gs_conv2d (g, "conv2", h, channels, 3);
  return gs_add (g, h, x);
}
