/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = f (x), element by element. */
#include "ops/gradient-private.h"
#include "ops/op.h"
#include "ops/ops.h"
#include "ops/unary-private.h"

#include "unary.h"

typedef struct
{
  guint32 function;
  float   limit;
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
  const guint64 elements = gs_shape_elements (node->output->shape);
  const struct GsUnaryPush push = {
    .x = gs_op_read (commands, node->inputs[0]),
    .y = gs_op_write (commands, node->output),
    .elements = elements,
    .limit = parameters->limit,
  };

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "unary", node->output->dtype, &parameters->function,
                                     1),
                       &push, sizeof push, gs_groups (elements, 256), elements * 8.0);
}

static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);

  dx[0] = gs_unary_gradient (g, node->inputs[0], dy, parameters->function, parameters->limit);
}

const GsOpClass gs_op_unary = { "unary", .infer = infer, .record = record, .backward = backward };

gboolean
gs_unary_is_silu (const GsNode *node)
{
  return node->klass == &gs_op_unary
         && GS_OP_PARAMETERS (node, Parameters)->function == GS_UNARY_SILU;
}

int
gs_unary_get_function (const GsNode *node)
{
  return node->klass == &gs_op_unary ? (int) GS_OP_PARAMETERS (node, Parameters)->function : -1;
}

static GsTensor *
unary (GsGraph *g, GsTensor *x, guint32 function, float limit)
{
  const Parameters parameters = { function, limit };

  return gs_graph_add (g, &gs_op_unary, NULL, &x, 1, &parameters, sizeof parameters);
}

GsTensor *
gs_silu (GsGraph *g, GsTensor *x)
{
  return unary (g, x, GS_UNARY_SILU, 0);
}

GsTensor *
gs_gelu (GsGraph *g, GsTensor *x)
{
  return unary (g, x, GS_UNARY_GELU, 0);
}

GsTensor *
gs_quick_gelu (GsGraph *g, GsTensor *x)
{
  return unary (g, x, GS_UNARY_QUICK_GELU, 0);
}

GsTensor *
gs_relu (GsGraph *g, GsTensor *x)
{
  return unary (g, x, GS_UNARY_RELU, 0);
}

GsTensor *
gs_leaky_relu (GsGraph *g, GsTensor *x, float slope)
{
  return unary (g, x, GS_UNARY_LEAKY_RELU, slope);
}

GsTensor *
gs_scale (GsGraph *g, GsTensor *x, float factor)
{
  return unary (g, x, GS_UNARY_SCALE, factor);
}

GsTensor *
gs_soft_clamp (GsGraph *g, GsTensor *x, float limit)
{
  return unary (g, x, GS_UNARY_SOFT_CLAMP, limit);
}
