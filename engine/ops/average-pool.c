/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Half as large, each pixel the mean of four. */
#include "ops/op.h"
#include "ops/ops.h"

#include "average-pool.h"

static gboolean
infer (GsNode *node, GError **error)
{
  node->output->shape = node->inputs[0]->shape;
  node->output->shape.h = (node->output->shape.h + 1) / 2;
  node->output->shape.w = (node->output->shape.w + 1) / 2;
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const GsShape x = node->inputs[0]->shape, y = node->output->shape;
  const guint64 elements = gs_shape_elements (y);
  const struct GsAveragePoolPush push = {
    .x = gs_op_read (commands, node->inputs[0]),
    .y = gs_op_write (commands, node->output),
    .x_height = x.h,
    .x_width = x.w,
    .height = y.h,
    .width = y.w,
    .channels = y.c,
    .elements = elements,
  };

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "average-pool", node->output->dtype, NULL, 0), &push,
                       sizeof push, gs_groups (elements, 64), elements * 20.0);
}

const GsOpClass gs_op_average_pool = {
  "average-pool",
  .infer = infer,
  .record = record,
};

GsTensor *
gs_average_pool (GsGraph *g, GsTensor *x)
{
  return gs_graph_add (g, &gs_op_average_pool, NULL, &x, 1, NULL, 0);
}
