/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The layers of a model that a LoRA has modules beside, as kohya's scripts choose them
 * (kohya-ss/sd-scripts, networks/lora.py): in the U-Net all linear layers and 1x1 convolutions of the
 * transformers; with LoCon also the residual blocks' and resamplers' layers; in text encoders the
 * attentions' and feed-forward layers.
 */
#pragma once

#include "models/model-config.h"

G_BEGIN_DECLS

typedef struct
{
  guint       rank;      /* of linear layers and 1x1 convolutions             */
  double      alpha;     /* modules count alpha / rank times                  */
  guint       conv_rank; /* LoCon: of 3x3 convolutions; 0: none of those      */
  double      conv_alpha;
  const char *blocks;    /* words, separated by commas: a layer counts if one is a part of its name
                            ("mid_block", "up_blocks.1", "attn2"); NULL or empty: all of the U-Net */
  gboolean    text_encoder;
} GsLoraChoice;

typedef struct
{
  char       *name;      /* "lora_unet_mid_block_attentions_0_proj_in"         */
  char       *weight;    /* canonical, "unet.mid_block.attentions.0.proj_in.weight" */
  GsComponent component;
  guint       rank;
  double      alpha;
  guint       n_dims;    /* of the weight: 2 or 4                               */
  guint64     dims[4];
} GsLoraModule;

/* All modules (GsLoraModule), in the order of the model's tensors; free with g_array_unref(). Empty if
 * blocks names nothing. */
GArray *gs_lora_modules_new (const GsModelConfig *config, const GsLoraChoice *choice);

G_END_DECLS
