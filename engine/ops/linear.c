/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = x W^T + b over the channels,  x: (N, H, W, C), W: (channels, C). */
#include "ops/matmul-private.h"
#include "ops/ops.h"

typedef struct
{
  guint32 channels;
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  node->output->shape = node->inputs[0]->shape;
  node->output->shape.c = GS_OP_PARAMETERS (node, Parameters)->channels;
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const GsShape y = node->output->shape;
  const GsMatmul matmul = { .kernel = 1, .stride = 1, .y_height = y.h, .y_width = y.w };

  gs_matmul_record (node, &matmul, commands);
}

static double
flop (const GsNode *node)
{
  return gs_matmul_flop (node, 1);
}

const GsOpClass gs_op_linear = {
  "linear",
  .infer = infer,
  .record = record,
  .flop = flop,
  .absorb = gs_matmul_absorb,
};

GsTensor *
gs_linear (GsGraph *g, const char *name, GsTensor *x, guint32 channels)
{
  const guint64 dims[] = { channels, x->shape.c };
  const Parameters parameters = { channels };
  GS_SCOPE (g, "%s", name);
  GsTensor *weight = gs_graph_weight (g, "weight", dims, 2, &gs_layout_matmul);
  GsTensor *bias = gs_graph_has_weight (g, "bias")
                     ? gs_graph_weight (g, "bias", dims, 1, &gs_layout_vector) : NULL;

  return gs_graph_add (g, &gs_op_linear, NULL,
                       (GsTensor *[]) { gs_pad_channels (g, x), weight, bias, NULL }, 4,
                       &parameters, sizeof parameters);
}
