/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over samples, pixels or both: the gradient of what was repeated over them. */
#include "ops/gradient-private.h"
#include "ops/op.h"

#include "sum.h"

typedef struct
{
  GsShape shape;
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  const GsShape x = node->inputs[0]->shape, y = GS_OP_PARAMETERS (node, Parameters)->shape;
  const guint64 pixels = (guint64) y.h * y.w;

  node->output->shape = y;
  if (y.c != x.c || (y.n != x.n && y.n != 1) || (pixels != (guint64) x.h * x.w && pixels != 1))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "(%u, %u, %u, %u) cannot be summed up to (%u, %u, %u, %u)", x.n, x.h, x.w, x.c,
                   y.n, y.h, y.w, y.c);
      return FALSE;
    }
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const GsShape x = node->inputs[0]->shape, y = node->output->shape;
  const struct GsSumPush push = {
    .x = gs_op_read (commands, node->inputs[0]),
    .y = gs_op_write (commands, node->output),
    .x_samples = x.n,
    .x_pixels = x.h * x.w,
    .samples = y.n,
    .pixels = y.h * y.w,
    .channels = y.c,
  };

  gs_op_dispatch_line (commands, gs_op_kernel (commands, "sum", node->output->dtype, NULL, 0),
                       &push, sizeof push, gs_groups (gs_shape_elements (y), 64),
                       gs_shape_elements (x) * 8.0);
}

const GsOpClass gs_op_sum = { "sum", .infer = infer, .record = record };

GsTensor *
gs_sum_to (GsGraph *g, GsTensor *x, GsShape shape)
{
  const Parameters parameters = { shape };

  if (gs_shape_equal (x->shape, shape))
    return x;
  return gs_graph_add (g, &gs_op_sum, NULL, &x, 1, &parameters, sizeof parameters);
}
