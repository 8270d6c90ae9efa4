/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * FreeU: what a U-Net's way up has made counts for more, and the low frequencies of what its way down has
 * kept for less, without any training (Si et al., "FreeU: Free Lunch in Diffusion U-Net", 2023; the
 * factors are those that its authors publish for the second version of their code).
 */
#pragma once

#include "models/model-config.h"
#include "ops/ops.h"

G_BEGIN_DECLS

#define GS_FREE_U_STAGES 2

/* Where the way up is as wide as the deepest level, and half as wide: with SD 1280 and 640 channels. */
typedef struct
{
  float backbone[GS_FREE_U_STAGES];
  float skip[GS_FREE_U_STAGES];
} GsFreeU;

/* Static. */
const GsFreeU *gs_free_u_of_family (GsFamily family);

/* What is joined next, both replaced where their stage says so. deepest: channels of the last level. */
void gs_free_u_join (GsGraph *g, const GsFreeU *free_u, guint32 deepest, GsTensor **x,
                     GsTensor **skip);

G_END_DECLS
