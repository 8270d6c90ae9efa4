/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = x W^T + b over the channels,  x: (N, H, W, C), W: (channels, C). */
#include "ops/matmul-private.h"
#include "ops/ops.h"

static gboolean
infer (GsNode *node, GError **error)
{
  node->output->shape = node->inputs[GS_MATMUL_X]->shape;
  node->output->shape.c = GS_OP_PARAMETERS (node, GsMatmulParameters)->channels;
  return TRUE;
}

const GsOpClass gs_op_linear = {
  "linear",
  .infer = infer,
  .record = gs_matmul_record,
  .backward = gs_matmul_backward,
  .flop = gs_matmul_flop,
  .absorb = gs_matmul_absorb,
  .absorb_input = gs_matmul_absorb_input,
  .absorb_producer_on = gs_matmul_absorb_norm,
};

GsTensor *
gs_linear (GsGraph *g, const char *name, GsTensor *x, guint32 channels)
{
  const guint64 dims[] = { channels, x->shape.c };
  const GsMatmulParameters parameters = { .channels = channels, .kernel = 1, .stride = 1 };

  return gs_matmul_add_node (g, &gs_op_linear, name, x, dims, 2, &parameters);
}
