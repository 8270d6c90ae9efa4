/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TAESD, the tiny autoencoder (github.com/madebyollin/taesd): sharp previews at a hundredth of the
 * big one's cost. Weights are read below the graph's name ("taesd").
 */
#pragma once

#include "models/model-config.h"
#include "ops/ops.h"

G_BEGIN_DECLS

/* x: (N, H, W, 3) in 0..1, H and W multiples of 8 -> (N, H / 8, W / 8, Z), the U-Net's latent
 * (already multiplied by the scaling factor). */
GsTensor *gs_taesd_encoder (GsGraph *g, const GsTaesdConfig *config, GsTensor *x);

/* z: (N, H, W, Z), the U-Net's latent -> (N, 8 H, 8 W, 3), about 0..1, not clamped. */
GsTensor *gs_taesd_decoder (GsGraph *g, const GsTaesdConfig *config, GsTensor *z);

G_END_DECLS
