/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models", table 15: each
 * block adds self-attention, cross-attention and a gated feed-forward net (GEGLU, four times as
 * wide), all with layer norms in front.
 */
#include "nn/transformer-block.h"

#include "nn/attention-block.h"

#define LAYER_NORM_EPSILON 1e-5f
#define GROUP_NORM_EPSILON 1e-6f /* others than the residual blocks' 1e-5 */

static GsTensor *
attend (GsGraph *g, const char *name, GsTensor *x, GsTensor *context, guint32 heads)
{
  GS_SCOPE (g, "%s", name);
  return gs_attention_projected (g, x, context != NULL ? context : x, heads);
}

GsTensor *
gs_transformer_block (GsGraph *g, GsTensor *x, GsTensor *context, guint32 heads)
{
  guint32 channels = x->shape.c;
  GsTensor *h;

  h = gs_layer_norm (g, "norm1", x, LAYER_NORM_EPSILON);
  x = gs_add (g, attend (g, "attn1", h, NULL, heads), x);
  h = gs_layer_norm (g, "norm2", x, LAYER_NORM_EPSILON);
  x = gs_add (g, attend (g, "attn2", h, context, heads), x);
  h = gs_layer_norm (g, "norm3", x, LAYER_NORM_EPSILON);
  h = gs_geglu (g, gs_linear (g, "ff.net.0.proj", h, 8 * channels));
  return gs_add (g, gs_linear (g, "ff.net.2", h, channels), x);
}

GsTensor *
gs_transformer (GsGraph *g, const char *name, GsTensor *x, GsTensor *context,
                const GsTransformerOptions *options)
{
  GsTensor *h;

  GS_SCOPE (g, "%s", name);
  h = gs_group_norm (g, "norm", x, options->groups, GROUP_NORM_EPSILON);
  h = gs_linear (g, "proj_in", gs_pixels_as_tokens (g, h), x->shape.c);
  for (guint32 i = 0; i < options->depth; i++)
    {
      GS_SCOPE (g, "transformer_blocks.%u", i);
      h = gs_transformer_block (g, h, context, options->heads);
    }
  h = gs_linear (g, "proj_out", h, x->shape.c);
  return gs_add (g, gs_reshape (g, h, x->shape), x);
}
