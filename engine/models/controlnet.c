/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Zhang et al., "Adding Conditional Control to Text-to-Image Diffusion Models", section 3.2: a copy of
 * the U-Net's way down and middle, to whose first convolution an encoded picture is added; each of its
 * results goes through a 1x1 convolution ("zero convolution": it began as zeros) and is added to the
 * U-Net's counterpart. Names are diffusers' (ControlNetModel).
 */
#include "models/controlnet.h"

guint
gs_controlnet_config_factor (const GsControlNetConfig *config)
{
  return 1u << config->n_hint_blocks / 2;
}

/* The picture to the size and width of the first level. */
static GsTensor *
encode_hint (GsGraph *g, const GsControlNetConfig *config, GsTensor *hint)
{
  GS_SCOPE (g, "controlnet_cond_embedding");
  hint = gs_silu (g, gs_conv2d (g, "conv_in", hint, config->hint_width, 3));
  for (guint i = 0; i < config->n_hint_blocks; i++)
    {
      char name[32];

      g_snprintf (name, sizeof name, "blocks.%u", i);
      hint = gs_silu (g, gs_conv2d (g, name, hint, config->hint_widths[i], 3,
                                    .stride = i % 2 == 1 ? 2 : 1));
    }
  return gs_conv2d (g, "conv_out", hint, config->unet.channels[0], 3);
}

static GsTensor *
add_through (GsGraph *g, const char *name, GsTensor *own, GsTensor *x)
{
  return gs_add (g, gs_conv2d (g, name, own, own->shape.c, 1), x);
}

void
gs_controlnet (GsGraph *g, const GsControlNetConfig *config, GsTensor *x, GsTensor *time,
               GsTensor *context, GsTensor *label, GsTensor *hint, GsUnetState *state)
{
  GsUnetState own = { 0 };

  gs_unet_go_down (g, &config->unet, x, time, context, label, encode_hint (g, config, hint), NULL,
                   &own);
  if (own.n_skips != state->n_skips)
    {
      gs_graph_fail (g, GS_ERROR_UNSUPPORTED, "it has %u results where the U-Net has %u",
                     own.n_skips, state->n_skips);
      return;
    }
  for (guint i = 0; i < own.n_skips; i++)
    {
      char name[40];

      g_snprintf (name, sizeof name, "controlnet_down_blocks.%u", i);
      state->skips[i] = add_through (g, name, own.skips[i], state->skips[i]);
    }
  state->x = add_through (g, "controlnet_mid_block", own.x, state->x);
}
