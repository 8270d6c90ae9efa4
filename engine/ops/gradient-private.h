/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ops that gradients are made of. What they compute is in their files' first comments. */
#pragma once

#include "ops/op.h"

G_BEGIN_DECLS

/* Channels first ... first + channels - 1 of x, zeros where x has none; first may be "negative". */
GsTensor *gs_channels (GsGraph *g, GsTensor *x, guint32 first, guint32 channels);

/* The sum over what shape has once and x has several times: samples, or height and width, or both.
 * shape: (n, h, w, C) with n, and h w, those of x or 1. */
GsTensor *gs_sum_to (GsGraph *g, GsTensor *x, GsShape shape);

/* Gradients with respect to x, of the forward op of that name. */
GsTensor *gs_unary_gradient    (GsGraph *g, GsTensor *x, GsTensor *dy, guint32 function,
                                float limit);
GsTensor *gs_geglu_gradient    (GsGraph *g, GsTensor *x, GsTensor *dy);
GsTensor *gs_upsample_gradient (GsGraph *g, GsTensor *dy, GsShape x);

/* Of a table's rows: (1, 1, rows, C). */
GsTensor *gs_embedding_gradient (GsGraph *g, GsTensor *ids, GsTensor *dy, guint32 rows);

/* How group and layer norms see their operand: statistics over pixels x (channels / groups). */
typedef struct
{
  guint32 samples, pixels, groups;
  float   epsilon;
} GsNormSizes;

/* The rule of group and layer norms, of operands { x, weight, bias }. */
void gs_norm_backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted,
                       GsTensor **dx, const GsNormSizes *sizes);

/* x with stride - 1 zeros between pixels. */
GsTensor *gs_dilate (GsGraph *g, GsTensor *x, guint32 stride);

/* Of a convolution's weight (1, 1, channels of dy, channels k k): of x's first so many channels. */
GsTensor *gs_weight_gradient (GsGraph *g, GsTensor *x, GsTensor *dy, guint32 channels,
                              guint32 kernel, guint32 stride, guint32 pad);

/* Of attention: dx[0], dx[1], dx[2] with respect to q, k, v where wanted. */
void gs_attention_gradient (GsGraph *g, GsTensor *const *qkv, GsTensor *dy, guint32 heads,
                            gboolean causal, const gboolean *wanted, GsTensor **dx);

G_END_DECLS
