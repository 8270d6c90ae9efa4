/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Convolutions by what is trained: first each pixel's product with all taps of the weight, then
 *   y[n][i][j][r] = sum_t x[n][i s + t / k - pad][j s + t % k - pad][r k k + t]
 * adds up what of them falls on a pixel. With few channels r, as low-rank factors have, x is small
 * beside the picture that the other order would have to spread out.
 */
#include "ops/op.h"
#include "ops/ops.h"

#include "taps.h"

typedef struct
{
  guint32 kernel, stride;
  GsShape x; /* of the gradient */
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);
  const guint32 taps = parameters->kernel * parameters->kernel;
  const GsShape x = node->inputs[0]->shape;

  node->output->shape = (GsShape) { x.n, (x.h - 1) / parameters->stride + 1,
                                    (x.w - 1) / parameters->stride + 1, x.c / taps };
  if (x.c % taps == 0)
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED, "%u channels are no multiple of %u taps", x.c,
               taps);
  return FALSE;
}

static gboolean
infer_gradient (GsNode *node, GError **error)
{
  node->output->shape = GS_OP_PARAMETERS (node, Parameters)->x;
  return TRUE;
}

static void
dispatch (GsNode *node, GsCommands *commands, guint32 mode, GsShape x, GsShape y)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);
  const guint64 elements = gs_shape_elements (node->output->shape);
  const struct GsTapsPush push = {
    .from = gs_op_read (commands, node->inputs[0]),
    .to = gs_op_write (commands, node->output),
    .height = x.h,
    .width = x.w,
    .y_height = y.h,
    .y_width = y.w,
    .channels = y.c,
    .kernel = parameters->kernel,
    .stride = parameters->stride,
    .pad = parameters->kernel / 2,
    .elements = elements,
  };

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "taps", node->output->dtype, &mode, 1), &push,
                       sizeof push, gs_groups (elements, 64), gs_shape_elements (x) * 4.0);
}

static void
record (GsNode *node, GsCommands *commands)
{
  dispatch (node, commands, GS_TAPS_SUM, node->inputs[0]->shape, node->output->shape);
}

static void
record_gradient (GsNode *node, GsCommands *commands)
{
  dispatch (node, commands, GS_TAPS_GRADIENT, node->output->shape, node->inputs[0]->shape);
}

static const GsOpClass gs_op_taps_gradient = {
  "taps-gradient",
  .infer = infer_gradient,
  .record = record_gradient,
};

static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  Parameters parameters = *GS_OP_PARAMETERS (node, Parameters);

  parameters.x = node->inputs[0]->shape;
  if (wanted[0])
    dx[0] = gs_graph_add (g, &gs_op_taps_gradient, NULL, &dy, 1, &parameters, sizeof parameters);
}

const GsOpClass gs_op_taps = {
  "taps",
  .infer = infer,
  .record = record,
  .backward = backward,
};

/* (1, 1, channels, C k k) in the order of the checkpoint -> (1, 1, channels k k, C). */
static GsTensor *
taps_apart (GsGraph *g, GsTensor *weight, guint32 channels, guint32 depth, guint32 taps)
{
  weight = gs_reshape (g, weight, (GsShape) { 1, channels, depth, taps });
  return gs_reshape (g, gs_transpose (g, weight), (GsShape) { 1, 1, channels * taps, depth });
}

GsTensor *
gs_conv_product (GsGraph *g, GsTensor *x, GsTensor *weight, guint32 kernel, guint32 stride)
{
  const guint32 taps = kernel * kernel, channels = weight->shape.w;
  const Parameters parameters = { kernel, stride };

  if (weight->shape.c != x->shape.c * taps)
    {
      gs_graph_fail (g, GS_ERROR_UNSUPPORTED, "a weight of %u columns is not %u channels of %u taps",
                     weight->shape.c, x->shape.c, taps);
      return x;
    }
  x = gs_product (g, x, taps_apart (g, weight, channels, x->shape.c, taps), 1);
  return gs_graph_add (g, &gs_op_taps, NULL, &x, 1, &parameters, sizeof parameters);
}
