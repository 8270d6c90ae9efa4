/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dW[o][c][ky][kx] = sum dy[n][i][j][o] x[n][i s + ky - pad][j s + kx - pad][c]: of convolutions, and
 * of linear layers, which are such of one tap. */
#include "ops/gradient-private.h"
#include "ops/matmul-private.h"

#include "weight-gradient.h"

typedef struct
{
  guint32 channels, kernel, stride, pad;
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);

  node->output->shape = (GsShape) {
    1, 1, node->inputs[1]->shape.c,
    parameters->channels * parameters->kernel * parameters->kernel
  };
  return TRUE;
}

static double
flop (const GsNode *node)
{
  return 2.0 * gs_shape_elements (node->output->shape)
         * gs_shape_pixels (node->inputs[1]->shape);
}

static void
dispatch_uniform (GsNode *node, GsCommands *commands, const struct GsWeightGradientPush *push)
{
  const guint32 lanes = gs_device_get_info (gs_commands_get_device (commands))->subgroup_size;
  const guint32 constants[] = {
    [GS_WEIGHT_GRADIENT_VECTORS] = push->x_channels % 4 == 0,
    [GS_WEIGHT_GRADIENT_LANES] = lanes,
  };

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "weight-gradient-uniform", node->output->dtype,
                                     constants, G_N_ELEMENTS (constants)),
                       push, sizeof *push,
                       (guint64) gs_groups (push->y_channels, GS_WEIGHT_GRADIENT_ROWS)
                         * gs_groups (push->channels, lanes) * push->kernel * push->kernel,
                       flop (node));
}

static void
record (GsNode *node, GsCommands *commands)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);
  const GsShape x = node->inputs[0]->shape, y = node->inputs[1]->shape;
  const guint64 elements = gs_shape_elements (node->output->shape);
  const struct GsWeightGradientPush push = {
    .x = gs_op_read (commands, node->inputs[0]),
    .dy = gs_op_read (commands, node->inputs[1]),
    .dw = gs_op_write (commands, node->output),
    .samples = y.n,
    .height = x.h,
    .width = x.w,
    .x_channels = x.c,
    .y_height = y.h,
    .y_width = y.w,
    .y_channels = y.c,
    .channels = parameters->channels,
    .kernel = parameters->kernel,
    .stride = parameters->stride,
    .pad = parameters->pad,
    .elements = elements,
  };

  if (gs_matmul_choose (gs_commands_get_device (commands)) >= GS_MATMUL_UNIFORM)
    {
      dispatch_uniform (node, commands, &push);
      return;
    }
  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "weight-gradient", node->output->dtype, NULL, 0),
                       &push, sizeof push, gs_groups (elements, 64), flop (node));
}

const GsOpClass gs_op_weight_gradient = {
  "weight-gradient",
  .infer = infer,
  .record = record,
  .flop = flop,
};

GsTensor *
gs_weight_gradient (GsGraph *g, GsTensor *x, GsTensor *dy, guint32 channels, guint32 kernel,
                    guint32 stride, guint32 pad)
{
  const Parameters parameters = { channels, kernel, stride, pad };

  return gs_graph_add (g, &gs_op_weight_gradient, NULL, (GsTensor *[]) { x, dy }, 2, &parameters,
                       sizeof parameters);
}
