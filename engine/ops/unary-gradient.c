/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dx = dy f' (x), element by element. */
#include "ops/gradient-private.h"
#include "ops/op.h"

#include "unary-gradient.h"

typedef struct
{
  guint32 function;
  float   limit;
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  node->output->shape = node->inputs[0]->shape;
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);
  const guint64 elements = gs_shape_elements (node->output->shape);
  const struct GsUnaryGradientPush push = {
    .x = gs_op_read (commands, node->inputs[0]),
    .dy = gs_op_read (commands, node->inputs[1]),
    .dx = gs_op_write (commands, node->output),
    .elements = elements,
    .limit = parameters->limit,
  };

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "unary-gradient", node->output->dtype,
                                     &parameters->function, 1),
                       &push, sizeof push, gs_groups (elements, 256), elements * 12.0);
}

const GsOpClass gs_op_unary_gradient = { "unary-gradient", .infer = infer, .record = record };

GsTensor *
gs_unary_gradient (GsGraph *g, GsTensor *x, GsTensor *dy, guint32 function, float limit)
{
  const Parameters parameters = { function, limit };

  return gs_graph_add (g, &gs_op_unary_gradient, NULL, (GsTensor *[]) { x, dy }, 2, &parameters,
                       sizeof parameters);
}
