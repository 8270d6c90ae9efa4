/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = a gelu (b), x = [a | b] along the channels. */
#include "ops/gradient-private.h"
#include "ops/op.h"
#include "ops/ops.h"

#include "geglu.h"

static gboolean
infer (GsNode *node, GError **error)
{
  node->output->shape = node->inputs[0]->shape;
  node->output->shape.c /= 2;
  if (node->inputs[0]->shape.c % 2 != 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED, "needs an even number of channels, not %u",
                   node->inputs[0]->shape.c);
      return FALSE;
    }
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const guint64 elements = gs_shape_elements (node->output->shape);
  const guint32 fours = node->output->shape.c % 4 == 0;
  const struct GsGegluPush push = {
    .x = gs_op_read (commands, node->inputs[0]),
    .y = gs_op_write (commands, node->output),
    .elements = elements,
    .channels = node->output->shape.c,
  };

  gs_op_dispatch_line (commands, gs_op_kernel (commands, "geglu", node->output->dtype, &fours, 1),
                       &push, sizeof push, gs_groups (elements, 256), elements * 16.0);
}

static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  dx[0] = gs_geglu_gradient (g, node->inputs[0], dy);
}

const GsOpClass gs_op_geglu = { "geglu", .infer = infer, .record = record, .backward = backward };

GsTensor *
gs_geglu (GsGraph *g, GsTensor *x)
{
  return gs_graph_add (g, &gs_op_geglu, NULL, &x, 1, NULL, 0);
}
