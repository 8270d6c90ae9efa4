/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y[n][stride i][stride j] = x[n][i][j], zeros between; it ends with x's last pixels. */
#include "ops/gradient-private.h"
#include "ops/op.h"

#include "dilate.h"

typedef struct
{
  guint32 stride;
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  const guint32 stride = GS_OP_PARAMETERS (node, Parameters)->stride;

  node->output->shape = node->inputs[0]->shape;
  node->output->shape.h = (node->output->shape.h - 1) * stride + 1;
  node->output->shape.w = (node->output->shape.w - 1) * stride + 1;
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const GsShape x = node->inputs[0]->shape, y = node->output->shape;
  const guint64 elements = gs_shape_elements (y);
  const struct GsDilatePush push = {
    .x = gs_op_read (commands, node->inputs[0]),
    .y = gs_op_write (commands, node->output),
    .x_height = x.h,
    .x_width = x.w,
    .height = y.h,
    .width = y.w,
    .channels = y.c,
    .stride = GS_OP_PARAMETERS (node, Parameters)->stride,
    .elements = elements,
  };

  gs_op_dispatch_line (commands, gs_op_kernel (commands, "dilate", node->output->dtype, NULL, 0),
                       &push, sizeof push, gs_groups (elements, 256), elements * 8.0);
}

const GsOpClass gs_op_dilate = { "dilate", .infer = infer, .record = record };

GsTensor *
gs_dilate (GsGraph *g, GsTensor *x, guint32 stride)
{
  const Parameters parameters = { stride };

  if (stride == 1)
    return x;
  return gs_graph_add (g, &gs_op_dilate, NULL, &x, 1, &parameters, sizeof parameters);
}
