/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution of k x k with zeros around,  x: (N, H, W, C), W: (channels, C, k, k). */
#include "ops/matmul-private.h"
#include "ops/ops.h"

typedef struct
{
  guint32  channels, kernel, stride;
  gboolean pad_end_only;
} Parameters;

static guint32
output_size (const Parameters *parameters, guint32 size)
{
  const guint32 zeros = parameters->pad_end_only ? 1 : 2 * (parameters->kernel / 2);

  return size + zeros < parameters->kernel
           ? 0 : (size + zeros - parameters->kernel) / parameters->stride + 1;
}

static gboolean
infer (GsNode *node, GError **error)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);
  const GsShape x = node->inputs[0]->shape;

  node->output->shape = (GsShape) { x.n, output_size (parameters, x.h),
                                    output_size (parameters, x.w), parameters->channels };
  if (node->output->shape.h == 0 || node->output->shape.w == 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED, "%u x %u pixels are too few", x.w, x.h);
      return FALSE;
    }
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);
  const GsMatmul matmul = {
    .kernel = parameters->kernel,
    .stride = parameters->stride,
    .pad = parameters->pad_end_only ? 0 : parameters->kernel / 2,
    .y_height = node->output->shape.h,
    .y_width = node->output->shape.w,
  };

  gs_matmul_record (node, &matmul, commands);
}

static double
flop (const GsNode *node)
{
  return gs_matmul_flop (node, GS_OP_PARAMETERS (node, Parameters)->kernel);
}

const GsOpClass gs_op_conv2d = {
  "conv2d",
  .infer = infer,
  .record = record,
  .flop = flop,
  .absorb = gs_matmul_absorb,
};

GsTensor *
gs_conv2d_with (GsGraph *g, const char *name, GsTensor *x, guint32 channels, guint32 k,
                const GsConvOptions *options)
{
  const guint64 dims[] = { channels, x->shape.c, k, k };
  const Parameters parameters = { channels, k, MAX (options->stride, 1), options->pad_end_only };
  GS_SCOPE (g, "%s", name);
  GsTensor *weight = gs_graph_weight (g, "weight", dims, 4, &gs_layout_matmul);
  GsTensor *bias = gs_graph_has_weight (g, "bias")
                     ? gs_graph_weight (g, "bias", dims, 1, &gs_layout_vector) : NULL;

  return gs_graph_add (g, &gs_op_conv2d, NULL,
                       (GsTensor *[]) { gs_pad_channels (g, x), weight, bias, NULL }, 4,
                       &parameters, sizeof parameters);
}
