/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Latents as normal distributions (Kingma and Welling, "Auto-encoding variational Bayes", section 2.4
 * and appendix B): of moments [mean | v], v the logarithm of the variance,
 *   y = mean + exp (v / 2) noise,  divergence = factor sum (mean^2 + exp (v) - 1 - v) / 2.
 */
#include "ops/op.h"
#include "ops/ops.h"

#include "gaussian.h"

enum
{
  MOMENTS,
  NOISE, /* NULL for the divergence */
  DY,    /* of gradients            */
  N_OPERANDS,
};

typedef struct
{
  guint32 mode; /* GS_GAUSSIAN_... */
  float   factor;
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  const GsTensor *noise = node->inputs[NOISE];
  GsShape shape = node->inputs[MOMENTS]->shape;

  if (shape.c % 2 != 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "%u channels are no means and as many variances", shape.c);
      return FALSE;
    }
  shape.c /= 2;
  if (noise != NULL && !gs_shape_equal (noise->shape, shape))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "noise of (%u, %u, %u, %u) is none for means of (%u, %u, %u, %u)",
                   noise->shape.n, noise->shape.h, noise->shape.w, noise->shape.c, shape.n, shape.h,
                   shape.w, shape.c);
      return FALSE;
    }
  node->output->shape = shape;
  return TRUE;
}

static gboolean
infer_divergence (GsNode *node, GError **error)
{
  if (!infer (node, error))
    return FALSE;
  node->output->shape = (GsShape) { 1, 1, 1, 1 };
  node->output->dtype = GS_DTYPE_F32;
  return TRUE;
}

static gboolean
infer_gradient (GsNode *node, GError **error)
{
  node->output->shape = node->inputs[MOMENTS]->shape;
  return TRUE;
}

static struct GsGaussianPush
push_of (GsNode *node, GsCommands *commands)
{
  const GsTensor *moments = node->inputs[MOMENTS];

  return (struct GsGaussianPush) {
    .moments = gs_op_read (commands, node->inputs[MOMENTS]),
    .noise = gs_op_read (commands, node->inputs[NOISE]),
    .dy = gs_op_read (commands, node->inputs[DY]),
    .y = gs_op_write (commands, node->output),
    .channels = moments->shape.c / 2,
    .elements = gs_shape_elements (moments->shape) / 2,
    .factor = GS_OP_PARAMETERS (node, Parameters)->factor,
  };
}

static void
record (GsNode *node, GsCommands *commands)
{
  const struct GsGaussianPush push = push_of (node, commands);

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "gaussian", node->inputs[MOMENTS]->dtype,
                                     &GS_OP_PARAMETERS (node, Parameters)->mode, 1),
                       &push, sizeof push, gs_groups (push.elements, 64), push.elements * 20.0);
}

static void
record_divergence (GsNode *node, GsCommands *commands)
{
  const struct GsGaussianPush push = push_of (node, commands);

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "gaussian-divergence",
                                     node->inputs[MOMENTS]->dtype, NULL, 0),
                       &push, sizeof push, 1, push.elements * 20.0);
}

static const GsOpClass gs_op_gaussian_gradient = {
  "gaussian-gradient",
  .infer = infer_gradient,
  .record = record,
};

static GsTensor *
gradient (GsGraph *g, GsNode *node, GsTensor *dy, guint32 mode)
{
  const Parameters parameters = { mode, GS_OP_PARAMETERS (node, Parameters)->factor };
  GsTensor *operands[N_OPERANDS] = { node->inputs[MOMENTS], node->inputs[NOISE], dy };

  return gs_graph_add (g, &gs_op_gaussian_gradient, NULL, operands, N_OPERANDS, &parameters,
                       sizeof parameters);
}

static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  if (wanted[MOMENTS])
    dx[MOMENTS] = gradient (g, node, dy, GS_GAUSSIAN_GRADIENT);
  if (wanted[NOISE])
    gs_graph_fail (g, GS_ERROR_UNSUPPORTED, "noise is not trained");
}

static void
backward_divergence (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted,
                     GsTensor **dx)
{
  if (wanted[MOMENTS])
    dx[MOMENTS] = gradient (g, node, dy, GS_GAUSSIAN_DIVERGENCE);
}

const GsOpClass gs_op_gaussian = {
  "gaussian",
  .infer = infer,
  .record = record,
  .backward = backward,
};

const GsOpClass gs_op_gaussian_divergence = {
  "gaussian-divergence",
  .infer = infer_divergence,
  .record = record_divergence,
  .backward = backward_divergence,
};

static GsTensor *
add (GsGraph *g, const GsOpClass *klass, GsTensor *moments, GsTensor *noise, float factor)
{
  const Parameters parameters = { GS_GAUSSIAN_SAMPLE, factor };

  return gs_graph_add (g, klass, NULL, (GsTensor *[]) { moments, noise, NULL }, N_OPERANDS,
                       &parameters, sizeof parameters);
}

GsTensor *
gs_gaussian (GsGraph *g, GsTensor *moments, GsTensor *noise)
{
  return add (g, &gs_op_gaussian, moments, noise, 1);
}

GsTensor *
gs_gaussian_divergence (GsGraph *g, GsTensor *moments, float factor)
{
  return add (g, &gs_op_gaussian_divergence, moments, NULL, factor);
}
