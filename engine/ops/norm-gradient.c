/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rule of group and layer norms: with n the normalized x and d = dy weight,
 * dx = (d - mean (d) - n mean (d n)) / sqrt (var + eps), dweight = sum dy n, dbias = sum dy. */
#include "ops/gradient-private.h"
#include "ops/op.h"

#include "norm-gradient.h"

enum
{
  X,
  WEIGHT,
  BIAS,
};

typedef struct
{
  GsNormSizes sizes;
  guint32     mode; /* GS_NORM_GRADIENT_... */
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
  const GsNormSizes *sizes = &parameters->sizes;
  const guint32 channels = node->output->shape.c;
  const guint32 constants[] = { parameters->mode, channels / sizes->groups % 4 == 0 ? 4 : 1 };
  const struct GsNormGradientPush push = {
    .x = gs_op_read (commands, node->inputs[0]),
    .weight = gs_op_read (commands, node->inputs[1]),
    .dy = gs_op_read (commands, node->inputs[2]),
    .y = gs_op_write (commands, node->output),
    .samples = sizes->samples,
    .pixels = sizes->pixels,
    .channels = channels,
    .groups = sizes->groups,
    .epsilon = sizes->epsilon,
  };

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "norm-gradient", node->output->dtype,
                                     constants, G_N_ELEMENTS (constants)),
                       &push, sizeof push, (guint64) sizes->samples * sizes->groups,
                       gs_shape_elements (node->output->shape) * 32.0);
}

const GsOpClass gs_op_norm_gradient = { "norm-gradient", .infer = infer, .record = record };

static GsTensor *
add (GsGraph *g, GsTensor *x, GsTensor *weight, GsTensor *dy, const GsNormSizes *sizes,
     guint32 mode)
{
  const Parameters parameters = { *sizes, mode };

  return gs_graph_add (g, &gs_op_norm_gradient, NULL, (GsTensor *[]) { x, weight, dy }, 3,
                       &parameters, sizeof parameters);
}

void
gs_norm_backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx,
                  const GsNormSizes *sizes)
{
  GsTensor *x = node->inputs[X], *weight = node->inputs[WEIGHT];
  const GsShape vector = { 1, 1, 1, dy->shape.c };

  if (wanted[X])
    dx[X] = add (g, x, weight, dy, sizes, GS_NORM_GRADIENT_X);
  if (wanted[WEIGHT])
    dx[WEIGHT] = gs_sum_to (g, add (g, x, weight, dy, sizes, GS_NORM_GRADIENT_SCALED), vector);
  if (wanted[BIAS])
    dx[BIAS] = gs_sum_to (g, dy, vector);
}
