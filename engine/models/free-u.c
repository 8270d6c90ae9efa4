/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The published code tells its two stages by 1280 and 640 channels: 4 and 2 times the first level's, as
 * here 1 and 1/2 times the last's, which miniatures have, too. */
#include "models/free-u.h"

const GsFreeU *
gs_free_u_of_family (GsFamily family)
{
  static const GsFreeU published[GS_N_FAMILIES] = {
    [GS_FAMILY_SD1] = { { 1.5f, 1.6f }, { 0.9f, 0.2f } },
    [GS_FAMILY_SD2] = { { 1.4f, 1.6f }, { 0.9f, 0.2f } },
    [GS_FAMILY_SDXL] = { { 1.3f, 1.4f }, { 0.9f, 0.2f } },
  };

  return &published[family];
}

void
gs_free_u_join (GsGraph *g, const GsFreeU *free_u, guint32 deepest, GsTensor **x, GsTensor **skip)
{
  const guint32 channels = (*x)->shape.c;

  for (guint stage = 0; stage < GS_FREE_U_STAGES; stage++)
    if (channels == deepest >> stage)
      {
        *x = gs_backbone_scale (g, *x, free_u->backbone[stage]);
        *skip = gs_fourier_filter (g, *skip, free_u->skip[stage]);
      }
}
