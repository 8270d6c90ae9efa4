/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over the copies that an enlargement made of each pixel. */
#include "ops/gradient-private.h"
#include "ops/op.h"

#include "upsample-gradient.h"

typedef struct
{
  GsShape x;
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  node->output->shape = GS_OP_PARAMETERS (node, Parameters)->x;
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const GsShape x = node->output->shape, y = node->inputs[0]->shape;
  const guint64 elements = gs_shape_elements (x);
  const struct GsUpsampleGradientPush push = {
    .dy = gs_op_read (commands, node->inputs[0]),
    .dx = gs_op_write (commands, node->output),
    .x_height = x.h,
    .x_width = x.w,
    .height = y.h,
    .width = y.w,
    .channels = y.c,
    .elements = elements,
  };

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "upsample-gradient", node->output->dtype, NULL, 0),
                       &push, sizeof push, gs_groups (elements, 64),
                       gs_shape_elements (y) * 8.0);
}

const GsOpClass gs_op_upsample_gradient = {
  "upsample-gradient",
  .infer = infer,
  .record = record,
};

GsTensor *
gs_upsample_gradient (GsGraph *g, GsTensor *dy, GsShape x)
{
  const Parameters parameters = { x };

  return gs_graph_add (g, &gs_op_upsample_gradient, NULL, &dy, 1, &parameters, sizeof parameters);
}
