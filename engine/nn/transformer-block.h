/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The transformer that stands between the residual blocks of the U-Net: pixels attend to each other
 * and to the prompt.
 */
#pragma once

#include "ops/ops.h"

G_BEGIN_DECLS

typedef struct
{
  guint32 heads;       /* of both attentions                                   */
  guint32 depth;       /* number of transformer blocks inside                  */
  guint32 groups;      /* of the group norm in front                           */
} GsTransformerOptions;

/* x: (N, H, W, C), context: (N, 1, T, D) -> (N, H, W, C). name: its scope ("attentions.0").
 * Its projections may be linear layers or 1x1 convolutions: both are the same product. */
GsTensor *gs_transformer (GsGraph *g, const char *name, GsTensor *x, GsTensor *context,
                          const GsTransformerOptions *options);

/* One block: self-attention, cross-attention, feed-forward, in the current scope.
 * x: (N, 1, T, C), context: (N, 1, S, D). */
GsTensor *gs_transformer_block (GsGraph *g, GsTensor *x, GsTensor *context, guint32 heads);

G_END_DECLS
