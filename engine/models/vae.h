/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The autoencoder between pictures and latents. Weights are read below the graph's name ("vae").
 * Pictures are in -1..1; latents are the network's own, not yet multiplied by the scaling factor.
 */
#pragma once

#include "models/model-config.h"
#include "ops/ops.h"

G_BEGIN_DECLS

/* x: (N, H, W, 3), H and W multiples of 2^(levels - 1) -> (N, H / 8, W / 8, 2 Z): the mean and the
 * logarithm of the variance of the latent (for the usual four levels). */
GsTensor *gs_vae_encoder (GsGraph *g, const GsVaeConfig *config, GsTensor *x);

/* z: (N, H, W, Z) -> (N, 8 H, 8 W, 3), not clamped. */
GsTensor *gs_vae_decoder (GsGraph *g, const GsVaeConfig *config, GsTensor *z);

/* What both have in their middle: a residual block, attention over the pixels, another one. */
GsTensor *gs_vae_middle  (GsGraph *g, const GsVaeConfig *config, GsTensor *x);

#define GS_VAE_EPSILON 1e-6f /* of its group norms */

G_END_DECLS
