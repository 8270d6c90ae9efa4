/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layer norms for ops that take them over. */
#pragma once

#include "ops/op.h"

G_BEGIN_DECLS

/* Of a layer norm's node; 0 of any other. Its operands: x, weight, bias. */
float gs_layer_norm_get_epsilon (const GsNode *node);

/* Tensors need only shape, dtype and place. */
void  gs_layer_norm_dispatch    (GsCommands *commands, GsTensor *x, GsTensor *weight, GsTensor *bias,
                                 float epsilon, GsTensor *y);

G_END_DECLS
