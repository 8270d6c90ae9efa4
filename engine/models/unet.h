/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The U-Net that estimates the noise in a latent. What differs between families is in
 * GsUnetConfig; weights are read below the graph's name ("unet").
 */
#pragma once

#include "models/free-u.h"

G_BEGIN_DECLS

/* x: (N, H, W, config->in_channels), any H and W.
 * time: gs_timestep_embedding() of each sample's timestep, (N, 1, 1, config->channels[0]).
 * context: the encoded prompt, (N, 1, T, config->context_width), any T.
 * label: what SDXL is told beside the prompt, (N, 1, 1, config->label_width); NULL if that is 0.
 * -> (N, H, W, config->out_channels). */
GsTensor *gs_unet (GsGraph *g, const GsUnetConfig *config, GsTensor *x, GsTensor *time,
                   GsTensor *context, GsTensor *label);

/* Each level keeps its blocks and one downsampler; the first convolution is kept too. */
#define GS_UNET_MAX_SKIPS (GS_MAX_LEVELS * (GS_MAX_LAYERS_PER_LEVEL + 1) + 1)

/* Halfway: what the way down has kept for the way up, and what the middle has made of the rest. What
 * guides a U-Net by pictures (models/controlnet.h) adds to these. */
typedef struct
{
  GsTensor *x;
  GsTensor *time; /* SiLU of the time embedding */
  GsTensor *skips[GS_UNET_MAX_SKIPS];
  guint     n_skips;
  const GsFreeU *free_u; /* how these are joined; NULL: as they are */
} GsUnetState;

/* gs_unet() in two halves. hint: is added to the first convolution's result, (1 or N, H, W,
 * config->channels[0]), or NULL. features: what an adapter adds behind each level and the middle
 * (models/t2i-adapter.h), or NULL. state: zeroed, but for free_u. */
void      gs_unet_go_down (GsGraph *g, const GsUnetConfig *config, GsTensor *x, GsTensor *time,
                           GsTensor *context, GsTensor *label, GsTensor *hint,
                           GsTensor *const *features, GsUnetState *state);
GsTensor *gs_unet_go_up   (GsGraph *g, const GsUnetConfig *config, GsTensor *context,
                           GsUnetState *state);

/* The sinusoids of one timestep (which may be fractional), cosines first:
 * out[i] = cos (t f_i), out[n / 2 + i] = sin (t f_i), f_i = 10000^(-i / (n / 2)). n is even. */
void gs_timestep_embedding (double timestep, guint n, float *out);

/* SDXL's label: the pooled text and the sinusoids of each of n_sizes numbers, one after the other.
 * label: config->label_width numbers (Podell et al., "SDXL", section 2.2). */
void gs_unet_label (const GsUnetConfig *config, const float *pooled, const float *sizes,
                    guint n_sizes, float *label);

G_END_DECLS
