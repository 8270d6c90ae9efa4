/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The matrix product that linear layers and convolutions share. */
#pragma once

#include "ops/op.h"

G_BEGIN_DECLS

/* Weights (N, K) or (N, C, k, k) in panels of 16 columns; see shaders/matmul.h. */
extern const GsLayout gs_layout_matmul;

typedef struct
{
  guint32 kernel, stride, pad;
  guint32 y_height, y_width;
} GsMatmul;

/* Records y = x * w + bias + add. Operands of the node: x, weight, bias or NULL, add or NULL. */
void gs_matmul_record (GsNode *node, const GsMatmul *matmul, GsCommands *commands);

double gs_matmul_flop (const GsNode *node, guint32 kernel);

/* Takes over an addition of a tensor of the same shape as the fourth operand. */
gboolean gs_matmul_absorb (GsNode *node, GsNode *user);

G_END_DECLS
