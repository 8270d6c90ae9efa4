/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a network's weights are before it has learnt anything. Activations keep their size from layer to
 * layer (LeCun et al., "Efficient BackProp", section 4.6); residual branches end in zeros, so that each
 * block begins as the identity (Zhang et al., "Fixup initialization", section 2), and so does the U-Net's
 * last layer, as in Dhariwal and Nichol's guided-diffusion.
 */
#pragma once

#include "train/trained.h"

G_BEGIN_DECLS

/* Fills tensor i by what its canonical name says it is: "unet.mid_block.resnets.0.norm1.weight". Follows
 * from the seed and i. */
void gs_initial_weights (GsTrained *trained, guint i, guint64 seed);

G_END_DECLS
