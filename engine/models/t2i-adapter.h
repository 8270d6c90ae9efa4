/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * T2I-Adapter: a small network that makes features of a picture once, which are added to the U-Net's way
 * down in each step (Mou et al., "T2I-Adapter: Learning Adapters to Dig out More Controllable Ability for
 * Text-to-Image Diffusion Models").
 */
#pragma once

#include "models/unet.h"

G_BEGIN_DECLS

#define GS_T2I_LEVELS 4
#define GS_T2I_MAX_BLOCKS 8

typedef struct
{
  guint    in_channels;             /* of the picture with its pixels folded into channels */
  guint    fold;                    /* pixels of a side that become channels: 8, or 16 (SDXL) */
  gboolean is_light;                /* narrow inside, a 1x1 convolution at each end */
  guint    channels[GS_T2I_LEVELS]; /* of the features */
  guint    inner[GS_T2I_LEVELS];    /* of the blocks: as channels, if it is not light */
  guint    n_blocks[GS_T2I_LEVELS];
  guint    kernel;                  /* of the blocks' second convolution: 1 or 3 */
  gboolean has_in[GS_T2I_LEVELS];   /* a convolution in front of the blocks */
  gboolean halves[GS_T2I_LEVELS];
} GsT2iAdapterConfig;

/* GS_ERROR_BAD_FILE if it is incomplete, GS_ERROR_UNSUPPORTED if it does not fit the U-Net base, which
 * may be NULL. */
gboolean gs_t2i_adapter_config_read (const GsCheckpoint *checkpoint, const GsUnetConfig *base,
                                     GsT2iAdapterConfig *config, GError **error);

/* In the current scope. hint: (1, H, W, in_channels), the picture in 0..1 with fold x fold pixels in
 * each. features: GS_MAX_LEVELS + 1 of gs_unet_go_down()'s; what is there already is added to. */
void gs_t2i_adapter (GsGraph *g, const GsT2iAdapterConfig *config, guint n_levels, GsTensor *hint,
                     GsTensor **features);

/* Folds (H, W, channels) to (H / fold, W / fold, channels fold fold), channel by channel as PyTorch's
 * PixelUnshuffle does. H, W: multiples of fold. */
void gs_t2i_fold (const float *in, guint32 width, guint32 height, guint32 channels, guint fold,
                  float *out);

G_END_DECLS
