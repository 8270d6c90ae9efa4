/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution of k x k with zeros around,  x: (N, H, W, C), W: (channels, C, k, k). */
#include "ops/matmul-private.h"
#include "ops/ops.h"

/* Pixels of y along an axis of x; 0 if x is too small for the kernel. */
static guint32
output_size (const GsMatmulParameters *parameters, guint32 size)
{
  const guint32 padded = size + parameters->pad + parameters->pad_end;

  return padded < parameters->kernel ? 0 : (padded - parameters->kernel) / parameters->stride + 1;
}

static gboolean
infer (GsNode *node, GError **error)
{
  const GsMatmulParameters *parameters = GS_OP_PARAMETERS (node, GsMatmulParameters);
  const GsShape x = node->inputs[GS_MATMUL_X]->shape;

  node->output->shape = (GsShape) { x.n, output_size (parameters, x.h),
                                    output_size (parameters, x.w), parameters->channels };
  if (node->output->shape.h == 0 || node->output->shape.w == 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED, "%u x %u pixels are too few", x.w, x.h);
      return FALSE;
    }
  return TRUE;
}

const GsOpClass gs_op_conv2d = {
  "conv2d",
  .infer = infer,
  .block_bytes = gs_matmul_block_bytes,
  .record = gs_matmul_record,
  .backward = gs_matmul_backward,
  .flop = gs_matmul_flop,
  .absorb = gs_matmul_absorb,
  .absorb_input = gs_matmul_absorb_input,
  .absorb_producer = gs_matmul_absorb_shortcut,
};

GsTensor *
gs_conv2d_with (GsGraph *g, const char *name, GsTensor *x, guint32 channels, guint32 k,
                const GsConvOptions *options)
{
  const guint64 dims[] = { channels, x->shape.c, k, k };
  const GsMatmulParameters parameters = {
    .channels = channels,
    .kernel = k,
    .stride = MAX (options->stride, 1),
    .pad = options->pad_end_only ? 0 : k / 2,
    .pad_end = options->pad_end_only ? 1 : k / 2,
  };

  return gs_matmul_add_node (g, &gs_op_conv2d, name, x, dims, 4, &parameters);
}
