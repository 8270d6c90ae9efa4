/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The residual block of the U-Net and of the autoencoder.
 */
#pragma once

#include "ops/ops.h"

G_BEGIN_DECLS

/* x: (N, H, W, C) -> (N, H, W, channels). name: its scope ("resnets.0").
 * time: SiLU of the time embedding, (N, 1, 1, T), or NULL (autoencoders have none).
 * groups, epsilon: of the group norms. */
GsTensor *gs_resnet_block (GsGraph *g, const char *name, GsTensor *x, GsTensor *time,
                           guint32 channels, guint32 groups, float epsilon);

G_END_DECLS
