/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y[n][h][c][w] = x[n][h][w][c] */
#include "ops/op.h"
#include "ops/ops.h"

#include "transpose.h"

static gboolean
infer (GsNode *node, GError **error)
{
  const GsShape x = node->inputs[0]->shape;

  node->output->shape = (GsShape) { x.n, x.h, x.c, x.w };
  node->output->dtype = node->inputs[0]->dtype; /* float if it is trained */
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const GsShape x = node->inputs[0]->shape;
  const struct GsTransposePush push = {
    .x = gs_op_read (commands, node->inputs[0]),
    .y = gs_op_write (commands, node->output),
    .rows = x.w,
    .columns = x.c,
    .elements = gs_shape_elements (x),
  };

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "transpose", node->output->dtype, NULL, 0), &push,
                       sizeof push, gs_groups (push.elements, 64), push.elements * 2.0);
}

static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  if (wanted[0])
    dx[0] = gs_transpose (g, dy);
}

const GsOpClass gs_op_transpose = {
  "transpose",
  .infer = infer,
  .record = record,
  .backward = backward,
};

GsTensor *
gs_transpose (GsGraph *g, GsTensor *x)
{
  return gs_graph_add (g, &gs_op_transpose, NULL, &x, 1, NULL, 0);
}
