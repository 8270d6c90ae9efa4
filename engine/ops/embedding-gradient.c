/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over the positions that took each row of a table. */
#include "ops/gradient-private.h"
#include "ops/op.h"

#include "embedding-gradient.h"

typedef struct
{
  guint32 rows;
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  node->output->shape = (GsShape) { 1, 1, GS_OP_PARAMETERS (node, Parameters)->rows,
                                    node->inputs[0]->shape.c };
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const guint64 elements = gs_shape_elements (node->output->shape);
  const guint32 in_order = node->inputs[1] == NULL;
  const struct GsEmbeddingGradientPush push = {
    .ids = gs_op_read (commands, node->inputs[1]),
    .dy = gs_op_read (commands, node->inputs[0]),
    .dx = gs_op_write (commands, node->output),
    .positions = gs_shape_pixels (node->inputs[0]->shape),
    .rows = node->output->shape.w,
    .channels = node->output->shape.c,
  };

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "embedding-gradient", node->output->dtype,
                                     &in_order, 1),
                       &push, sizeof push, gs_groups (elements, 64),
                       (double) elements * push.positions * 4.0);
}

const GsOpClass gs_op_embedding_gradient = {
  "embedding-gradient",
  .infer = infer,
  .record = record,
};

GsTensor *
gs_embedding_gradient (GsGraph *g, GsTensor *ids, GsTensor *dy, guint32 rows)
{
  const Parameters parameters = { rows };

  return gs_graph_add (g, &gs_op_embedding_gradient, NULL, (GsTensor *[]) { dy, ids }, 2,
                       &parameters, sizeof parameters);
}
