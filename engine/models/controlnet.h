/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ControlNet: half a U-Net that sees a picture of what the result is to look like (edges, depth, a pose
 * ...) and adds to what the U-Net's own way down hands over (Zhang et al., "Adding Conditional Control
 * to Text-to-Image Diffusion Models", figure 3).
 */
#pragma once

#include "models/unet.h"

G_BEGIN_DECLS

/* Pairs of convolutions between the first and the last one of the picture's encoder: 6 = 2 x 3. */
#define GS_MAX_HINT_BLOCKS 16

typedef enum
{
  GS_CONTROLNET_WHOLE,      /* has weights of its own                                          */
  GS_CONTROLNET_LORA,       /* changes of low rank to the U-Net's, where it has none           */
  GS_CONTROLNET_DIFFERENCE, /* what is to be added to the U-Net's                              */
} GsControlNetKind;

typedef struct
{
  GsControlNetKind kind;
  GsUnetConfig unet;        /* whose way down and middle it has; the way up means nothing      */
  guint  hint_channels;     /* of the picture: 3                                               */
  guint  hint_width;        /* of the encoder's first convolution                              */
  guint  n_hint_blocks;     /* every other one halves the picture                              */
  guint  hint_widths[GS_MAX_HINT_BLOCKS];
} GsControlNetConfig;

/* Pixels of the picture for one of the latent: 8. */
guint gs_controlnet_config_factor (const GsControlNetConfig *config);

/* Reads the one in a checkpoint, and checks all of its tensors. base: of the model that it is to be
 * used with; heads and the like are taken from it unless the files tell them. NULL: of none, which a
 * control-LoRA cannot do without.
 * GS_ERROR_BAD_FILE if it is incomplete; GS_ERROR_UNSUPPORTED if it does not fit the model. */
gboolean gs_controlnet_config_read (const GsCheckpoint *checkpoint, JsonObject *extra,
                                    const GsUnetConfig *base, GsControlNetConfig *config,
                                    GError **error);

/* The width of the text that it attends to, 0 if it does not say: which family it is for. */
guint gs_controlnet_context_width (const GsCheckpoint *checkpoint);

/* Adds to what the U-Net's way down has made, in the current scope. x, time, context, label: as
 * gs_unet()'s, x with config->unet.in_channels. hint: the picture in 0..1 (an inpainting ControlNet's is
 * -1 where it is masked), (1 or N, H factor, W factor, hint_channels). */
void gs_controlnet (GsGraph *g, const GsControlNetConfig *config, GsTensor *x, GsTensor *time,
                    GsTensor *context, GsTensor *label, GsTensor *hint, GsUnetState *state);

G_END_DECLS
