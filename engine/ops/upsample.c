/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nearest-neighbour enlargement. */
#include "ops/gradient-private.h"
#include "ops/op.h"
#include "ops/ops.h"

#include "upsample.h"

typedef struct
{
  guint32 height, width;
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);

  node->output->shape = node->inputs[0]->shape;
  node->output->shape.h = parameters->height;
  node->output->shape.w = parameters->width;
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const GsShape x = node->inputs[0]->shape, y = node->output->shape;
  const guint64 elements = gs_shape_elements (y);
  const struct GsUpsamplePush push = {
    .x = gs_op_read (commands, node->inputs[0]),
    .y = gs_op_write (commands, node->output),
    .x_height = x.h,
    .x_width = x.w,
    .height = y.h,
    .width = y.w,
    .channels = y.c,
    .elements = elements,
  };

  gs_op_dispatch_line (commands, gs_op_kernel (commands, "upsample", node->output->dtype, NULL, 0),
                       &push, sizeof push, gs_groups (elements, 256), elements * 8.0);
}

static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  dx[0] = gs_upsample_gradient (g, dy, node->inputs[0]->shape);
}

const GsOpClass gs_op_upsample = {
  "upsample",
  .infer = infer,
  .record = record,
  .backward = backward,
};

GsTensor *
gs_upsample (GsGraph *g, GsTensor *x, guint32 h, guint32 w)
{
  const Parameters parameters = { h, w };

  return gs_graph_add (g, &gs_op_upsample, NULL, &x, 1, &parameters, sizeof parameters);
}
