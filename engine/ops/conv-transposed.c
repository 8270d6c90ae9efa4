/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rule of matrix products. y is linear in x and in W, so that
 *   dx = the convolution of dy, with zeros between its pixels where the stride was 2, by W with its
 *        channels and columns exchanged and its taps turned round (Dumoulin and Visin, "A guide to
 *        convolution arithmetic for deep learning", chapter 4): by the same kernels as the forward one;
 *   dW = gs_weight_gradient(), db = the sum of dy.
 */
#include "ops/gradient-private.h"
#include "ops/matmul-private.h"
#include "ops/ops.h"

#include <string.h>

/* ---- The layout ---- */

/* Sizes of the weight turned round. */
static void
turn_dims (const guint64 *dims, guint n_dims, guint64 *turned)
{
  memcpy (turned, dims, n_dims * sizeof *dims);
  if (n_dims > 1)
    {
      turned[0] = dims[1];
      turned[1] = dims[0];
    }
}

static guint64
turned_bytes (const guint64 *dims, guint n_dims, GsDtype dtype)
{
  guint64 turned[4];

  turn_dims (dims, n_dims, turned);
  return gs_layout_matmul.bytes (turned, n_dims, dtype);
}

/* [column][channel][tap] -> [channel][column][last - tap], elements of so many bytes. */
static void
turn (const guint8 *from, guint8 *to, guint64 columns, guint64 channels, guint64 taps, gsize size)
{
  for (guint64 o = 0; o < columns; o++)
    for (guint64 c = 0; c < channels; c++)
      for (guint64 tap = 0; tap < taps; tap++)
        memcpy (to + ((c * columns + o) * taps + taps - 1 - tap) * size,
                from + ((o * channels + c) * taps + tap) * size, size);
}

static gboolean
turned_pack (const GsHostTensor *source, GsDtype dtype, gpointer destination)
{
  const guint64 n = gs_host_tensor_n_elements (source), columns = source->dims[0];
  const guint64 channels = source->n_dims > 1 ? source->dims[1] : 1;
  const gsize size = gs_dtype_bytes (dtype);
  g_autofree guint8 *plain = g_malloc (n * size), *turned = g_malloc (n * size);
  GsHostTensor tensor = { .dtype = dtype, .n_dims = MAX (source->n_dims, 2), .data = turned };

  if (dtype == GS_DTYPE_F16)
    gs_host_tensor_to_halves (source, 0, n, (guint16 *) (gpointer) plain);
  else
    gs_host_tensor_to_floats (source, 0, n, (float *) (gpointer) plain);
  turn (plain, turned, columns, channels, n / (columns * channels), size);
  turn_dims (source->dims, source->n_dims, tensor.dims);
  return gs_layout_matmul.pack (&tensor, dtype, destination);
}

const GsLayout gs_layout_matmul_turned = {
  .name = "matmul-turned",
  .bytes = turned_bytes,
  .pack = turned_pack,
};

/* ---- The op ---- */

/* The size of y follows from no other: several have the same number of pixels before a stride. */
typedef struct
{
  GsMatmulParameters matmul; /* first: recording reads only that */
  guint32 height, width;     /* of y */
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);

  node->output->shape = (GsShape) { node->inputs[GS_MATMUL_X]->shape.n, parameters->height,
                                    parameters->width, parameters->matmul.channels };
  return TRUE;
}

const GsOpClass gs_op_conv_transposed = {
  "conv-transposed",
  .infer = infer,
  .record = gs_matmul_record,
  .flop = gs_matmul_flop,
  .absorb = gs_matmul_absorb,
};

/* ---- The rule ---- */

static GsTensor *
gradient_of_x (GsGraph *g, const GsNode *node, GsTensor *dy)
{
  const GsMatmulParameters *forward = GS_OP_PARAMETERS (node, const GsMatmulParameters);
  const GsTensor *weight = node->inputs[GS_MATMUL_WEIGHT];
  const GsShape x = node->inputs[GS_MATMUL_X]->shape;
  GsTensor *operands[GS_MATMUL_N_OPERANDS] = { gs_pad_channels (
    g, gs_dilate (g, dy, forward->stride)) };
  const GsShape dilated = operands[GS_MATMUL_X]->shape;
  const Parameters parameters = {
    .matmul = {
      .channels = weight->dims[1],
      .kernel = forward->kernel,
      .stride = 1,
      .pad = forward->kernel - 1 - forward->pad,
      .pad_end = forward->kernel > 1 || dilated.h != x.h || dilated.w != x.w,
    },
    .height = x.h,
    .width = x.w,
  };

  operands[GS_MATMUL_WEIGHT] = gs_graph_weight_in (g, weight, &gs_layout_matmul_turned);
  return gs_pad_channels (g, gs_graph_add (g, &gs_op_conv_transposed, NULL, operands,
                                           GS_MATMUL_N_OPERANDS, &parameters, sizeof parameters));
}

void
gs_matmul_backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  const GsMatmulParameters *parameters = GS_OP_PARAMETERS (node, const GsMatmulParameters);
  const GsTensor *weight = node->inputs[GS_MATMUL_WEIGHT];

  if (wanted[GS_MATMUL_X])
    dx[GS_MATMUL_X] = gradient_of_x (g, node, dy);
  if (wanted[GS_MATMUL_WEIGHT])
    dx[GS_MATMUL_WEIGHT] = gs_weight_gradient (g, node->inputs[GS_MATMUL_X], dy, weight->dims[1],
                                               parameters->kernel, parameters->stride,
                                               parameters->pad);
  if (wanted[GS_MATMUL_BIAS])
    dx[GS_MATMUL_BIAS] = gs_sum_to (g, dy, (GsShape) { 1, 1, 1, dy->shape.c });
}
