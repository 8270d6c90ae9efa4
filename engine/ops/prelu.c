/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = max (x, 0) + weight_c min (x, 0). He et al., "Delving Deep into Rectifiers", 2015. */
#include "ops/op.h"
#include "ops/ops.h"

#include "prelu.h"

static gboolean
infer (GsNode *node, GError **error)
{
  node->output->shape = node->inputs[0]->shape;
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const guint64 elements = gs_shape_elements (node->output->shape);
  const struct GsPreluPush push = {
    .x = gs_op_read (commands, node->inputs[0]),
    .weight = gs_op_read (commands, node->inputs[1]),
    .y = gs_op_write (commands, node->output),
    .channels = node->output->shape.c,
    .elements = elements,
  };

  gs_op_dispatch_line (commands, gs_op_kernel (commands, "prelu", node->output->dtype, NULL, 0),
                       &push, sizeof push, gs_groups (elements, 256), elements * 8.0);
}

const GsOpClass gs_op_prelu = { "prelu", .infer = infer, .record = record };

GsTensor *
gs_prelu (GsGraph *g, const char *name, GsTensor *x)
{
  const guint64 dims[] = { x->shape.c };
  GS_SCOPE (g, "%s", name);
  GsTensor *weight = gs_graph_weight (g, "weight", dims, 1, &gs_layout_vector);

  return gs_graph_add (g, &gs_op_prelu, NULL, (GsTensor *[]) { x, weight }, 2, NULL, 0);
}
