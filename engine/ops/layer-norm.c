/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = (x - mean) / sqrt (var + eps) * weight + bias over the channels of each token.
 * Ba, Kiros and Hinton, "Layer normalization". */
#include "ops/layer-norm-private.h"

#include "ops/gradient-private.h"
#include "ops/op.h"
#include "ops/ops.h"

#include "layer-norm.h"

typedef struct
{
  float epsilon;
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  node->output->shape = node->inputs[0]->shape;
  return TRUE;
}

/* Whether each invocation takes a token of its own, or a workgroup shares one. */
static gboolean
uses_lanes (GsCommands *commands, GsShape x)
{
  return x.c % 4 == 0
         && gs_device_get_info (gs_commands_get_device (commands))->kind == GS_GPU_CPU;
}

void
gs_layer_norm_dispatch (GsCommands *commands, GsTensor *x, GsTensor *weight, GsTensor *bias,
                        float epsilon, GsTensor *y)
{
  const guint64 tokens = gs_shape_pixels (x->shape);
  const guint32 channels = x->shape.c;
  const struct GsLayerNormPush push = {
    .x = gs_op_read (commands, x),
    .y = gs_op_write (commands, y),
    .weight = gs_op_read (commands, weight),
    .bias = gs_op_read (commands, bias),
    .tokens = tokens,
    .channels = channels,
    .epsilon = epsilon,
  };

  if (uses_lanes (commands, x->shape))
    gs_op_dispatch_line (commands, gs_op_kernel (commands, "layer-norm-lanes", y->dtype, NULL, 0),
                         &push, sizeof push, gs_groups (tokens, 64), tokens * channels * 8.0);
  else
    gs_op_dispatch_line (commands, gs_op_kernel (commands, "layer-norm", y->dtype, NULL, 0), &push,
                         sizeof push, tokens, tokens * channels * 16.0);
}

static void
record (GsNode *node, GsCommands *commands)
{
  gs_layer_norm_dispatch (commands, node->inputs[0], node->inputs[1], node->inputs[2],
                          GS_OP_PARAMETERS (node, Parameters)->epsilon, node->output);
}

static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  const GsNormSizes sizes = {
    .samples = gs_shape_pixels (dy->shape),
    .pixels = 1,
    .groups = 1,
    .epsilon = GS_OP_PARAMETERS (node, Parameters)->epsilon,
  };

  gs_norm_backward (g, node, dy, wanted, dx, &sizes);
}

const GsOpClass gs_op_layer_norm = {
  "layer-norm",
  .infer = infer,
  .record = record,
  .backward = backward,
};

float
gs_layer_norm_get_epsilon (const GsNode *node)
{
  return node->klass == &gs_op_layer_norm ? GS_OP_PARAMETERS (node, const Parameters)->epsilon : 0;
}

GsTensor *
gs_layer_norm (GsGraph *g, const char *name, GsTensor *x, float epsilon)
{
  const Parameters parameters = { epsilon };
  const guint64 dims[] = { x->shape.c };
  GS_SCOPE (g, "%s", name);
  GsTensor *weight = gs_graph_weight (g, "weight", dims, 1, &gs_layout_vector);
  GsTensor *bias = gs_graph_weight (g, "bias", dims, 1, &gs_layout_vector);

  return gs_graph_add (g, &gs_op_layer_norm, NULL, (GsTensor *[]) { x, weight, bias }, 3,
                       &parameters, sizeof parameters);
}
