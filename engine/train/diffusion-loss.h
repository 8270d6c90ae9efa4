/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a diffusion model is trained by: the mean square of the difference between what the U-Net says of
 * a noisy latent and what it should say (Ho et al., "Denoising Diffusion Probabilistic Models", section
 * 3.4). What that is says train/loss-weight.h.
 */
#pragma once

#include "models/model-config.h"
#include "tensor/graph.h"

G_BEGIN_DECLS

/* The loss of one sample, in a graph's scope "unet": inputs "x" and "target", (1, height, width, Z) in
 * latent pixels, "time", and "label" where the model has one. context: (1, 1, T, D).
 * -> one number, (1, 1, 1, 1). */
GsTensor *gs_diffusion_loss (GsGraph *g, const GsUnetConfig *config, guint32 width,
                             guint32 height, GsTensor *context);

G_END_DECLS
