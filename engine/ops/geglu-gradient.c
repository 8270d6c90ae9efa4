/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dx = [dy gelu (b) | dy a gelu' (b)], x = [a | b] along the channels. */
#include "ops/gradient-private.h"
#include "ops/op.h"

#include "geglu-gradient.h"

static gboolean
infer (GsNode *node, GError **error)
{
  node->output->shape = node->inputs[0]->shape;
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const guint64 elements = gs_shape_elements (node->inputs[1]->shape);
  const struct GsGegluGradientPush push = {
    .x = gs_op_read (commands, node->inputs[0]),
    .dy = gs_op_read (commands, node->inputs[1]),
    .dx = gs_op_write (commands, node->output),
    .elements = elements,
    .channels = node->inputs[1]->shape.c,
  };

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "geglu-gradient", node->output->dtype, NULL, 0),
                       &push, sizeof push, gs_groups (elements, 256), elements * 40.0);
}

const GsOpClass gs_op_geglu_gradient = { "geglu-gradient", .infer = infer, .record = record };

GsTensor *
gs_geglu_gradient (GsGraph *g, GsTensor *x, GsTensor *dy)
{
  return gs_graph_add (g, &gs_op_geglu_gradient, NULL, (GsTensor *[]) { x, dy }, 2, NULL, 0);
}
