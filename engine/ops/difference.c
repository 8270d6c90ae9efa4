/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = scale [x[i][j + 1] - x[i][j] | x[i + 1][j] - x[i][j]]: the edges of a picture. */
#include "ops/op.h"
#include "ops/ops.h"

#include "difference.h"

typedef struct
{
  guint32 mode; /* GS_DIFFERENCE_... */
  float   scale;
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  const guint32 mode = GS_OP_PARAMETERS (node, Parameters)->mode;

  node->output->shape = node->inputs[0]->shape;
  if (mode == GS_DIFFERENCE_OF)
    node->output->shape.c *= 2;
  else
    node->output->shape.c /= 2;
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);
  const GsShape x = node->inputs[0]->shape.c < node->output->shape.c ? node->inputs[0]->shape
                                                                     : node->output->shape;
  const struct GsDifferencePush push = {
    .from = gs_op_read (commands, node->inputs[0]),
    .to = gs_op_write (commands, node->output),
    .height = x.h,
    .width = x.w,
    .channels = x.c,
    .elements = gs_shape_elements (x),
    .scale = parameters->scale,
  };

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "difference", node->output->dtype,
                                     &parameters->mode, 1),
                       &push, sizeof push, gs_groups (push.elements, 64), push.elements * 8.0);
}

static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx);

const GsOpClass gs_op_difference = {
  "difference",
  .infer = infer,
  .record = record,
  .backward = backward,
};

static GsTensor *
add (GsGraph *g, GsTensor *x, guint32 mode, float scale)
{
  const Parameters parameters = { mode, scale };

  return gs_graph_add (g, &gs_op_difference, NULL, &x, 1, &parameters, sizeof parameters);
}

static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);

  if (parameters->mode != GS_DIFFERENCE_OF)
    gs_graph_fail (g, GS_ERROR_UNSUPPORTED, "gradients of gradients are not supported");
  if (wanted[0])
    dx[0] = add (g, dy, GS_DIFFERENCE_GRADIENT, parameters->scale);
}

GsTensor *
gs_difference (GsGraph *g, GsTensor *x, float scale)
{
  return add (g, x, GS_DIFFERENCE_OF, scale);
}
