/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = mean (w (a - b)^2), w of each sample or 1, and its gradient, da = 2 w (a - b) dy / elements = -db. */
#include "ops/op.h"
#include "ops/ops.h"

#include "mse.h"

enum
{
  A,
  B,
  WEIGHTS, /* (N, 1, 1, 1), or NULL */
  DY,      /* the gradient's        */
};

typedef struct
{
  float factor;
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  const GsShape a = node->inputs[A]->shape, b = node->inputs[B]->shape;
  const GsTensor *weights = node->inputs[WEIGHTS];

  node->output->shape = (GsShape) { 1, 1, 1, 1 };
  node->output->dtype = GS_DTYPE_F32;
  if (!gs_shape_equal (a, b))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "(%u, %u, %u, %u) and (%u, %u, %u, %u) are compared", a.n, a.h, a.w, a.c, b.n,
                   b.h, b.w, b.c);
      return FALSE;
    }
  if (weights != NULL && (gs_shape_elements (weights->shape) != a.n || weights->shape.n != a.n
                          || weights->dtype != GS_DTYPE_F32))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED, "%u samples have no float each as weights",
                   a.n);
      return FALSE;
    }
  return TRUE;
}

static gboolean
infer_gradient (GsNode *node, GError **error)
{
  node->output->shape = node->inputs[0]->shape;
  if (node->inputs[DY]->dtype != GS_DTYPE_F32)
    {
      g_set_error_literal (error, GS_ERROR, GS_ERROR_UNSUPPORTED, "a loss's gradient is a float");
      return FALSE;
    }
  return TRUE;
}

static struct GsMsePush
push_of (GsNode *node, GsCommands *commands)
{
  return (struct GsMsePush) {
    .a = gs_op_read (commands, node->inputs[A]),
    .b = gs_op_read (commands, node->inputs[B]),
    .weights = gs_op_read (commands, node->inputs[WEIGHTS]),
    .sample_elements = gs_shape_elements (node->inputs[0]->shape) / node->inputs[0]->shape.n,
    .elements = gs_shape_elements (node->inputs[0]->shape),
    .factor = GS_OP_PARAMETERS (node, Parameters)->factor,
  };
}

static void
record (GsNode *node, GsCommands *commands)
{
  struct GsMsePush push = push_of (node, commands);

  push.y = gs_op_write (commands, node->output);
  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "mse", node->inputs[0]->dtype, NULL, 0), &push,
                       sizeof push, 1, push.elements * 8.0);
}

static void
record_gradient (GsNode *node, GsCommands *commands)
{
  struct GsMsePush push = push_of (node, commands);

  push.y = gs_op_read (commands, node->inputs[DY]);
  push.da = gs_op_write (commands, node->output);
  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "mse-gradient", node->output->dtype, NULL, 0),
                       &push, sizeof push, gs_groups (push.elements, 256), push.elements * 12.0);
}

const GsOpClass gs_op_mse_gradient = {
  "mse-gradient",
  .infer = infer_gradient,
  .record = record_gradient,
};

static GsTensor *
gradient (GsGraph *g, GsNode *node, GsTensor *dy, float sign)
{
  const Parameters parameters = { 2 * sign * GS_OP_PARAMETERS (node, Parameters)->factor };

  return gs_graph_add (g, &gs_op_mse_gradient, NULL,
                       (GsTensor *[]) { node->inputs[A], node->inputs[B], node->inputs[WEIGHTS], dy },
                       4, &parameters, sizeof parameters);
}

static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  if (wanted[A])
    dx[A] = gradient (g, node, dy, 1);
  if (wanted[B])
    dx[B] = gradient (g, node, dy, -1);
  if (wanted[WEIGHTS])
    gs_graph_fail (g, GS_ERROR_UNSUPPORTED, "weights of samples are not trained");
}

const GsOpClass gs_op_mse = { "mse", .infer = infer, .record = record, .backward = backward };

GsTensor *
gs_mse (GsGraph *g, GsTensor *a, GsTensor *b)
{
  return gs_weighted_mse (g, a, b, NULL);
}

GsTensor *
gs_weighted_mse (GsGraph *g, GsTensor *a, GsTensor *b, GsTensor *weights)
{
  const Parameters parameters = { 1 / (float) gs_shape_elements (a->shape) };

  return gs_graph_add (g, &gs_op_mse, NULL, (GsTensor *[]) { a, b, weights }, 3, &parameters,
                       sizeof parameters);
}
