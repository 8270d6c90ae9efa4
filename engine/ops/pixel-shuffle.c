/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channels to pixels and back. Shi et al., "Real-Time Single Image and Video Super-Resolution Using an
 * Efficient Sub-Pixel Convolutional Neural Network", 2016; the order of channels is PyTorch's. */
#include "ops/op.h"
#include "ops/ops.h"

#include "pixel-shuffle.h"

typedef struct
{
  guint32 r;
  guint32 is_back;
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);
  const GsShape x = node->inputs[0]->shape;
  const guint32 r = parameters->r, square = r * r;

  node->output->shape
      = parameters->is_back ? (GsShape) { x.n, x.h / r, x.w / r, x.c * square }
                            : (GsShape) { x.n, x.h * r, x.w * r, x.c / square };
  if (parameters->is_back ? x.h % r == 0 && x.w % r == 0 : x.c % square == 0)
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
               "(%u, %u, %u, %u) cannot be rearranged by squares of %u", x.n, x.h, x.w, x.c, r);
  return FALSE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);
  const GsShape y = node->output->shape;
  const guint64 elements = gs_shape_elements (y);
  const struct GsPixelShufflePush push = {
    .x = gs_op_read (commands, node->inputs[0]),
    .y = gs_op_write (commands, node->output),
    .width = y.w,
    .channels = y.c,
    .r = parameters->r,
    .elements = elements,
  };

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "pixel-shuffle", node->output->dtype,
                                     &parameters->is_back, 1),
                       &push, sizeof push, gs_groups (elements, 256), elements * 8.0);
}

static GsTensor *
rearrange (GsGraph *g, GsTensor *x, guint32 r, gboolean is_back);

/* A rearrangement: its gradients go the other way. */
static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);

  dx[0] = rearrange (g, dy, parameters->r, !parameters->is_back);
}

const GsOpClass gs_op_pixel_shuffle = {
  "pixel-shuffle",
  .infer = infer,
  .record = record,
  .backward = backward,
};

static GsTensor *
rearrange (GsGraph *g, GsTensor *x, guint32 r, gboolean is_back)
{
  const Parameters parameters = { r, is_back };

  if (r == 1)
    return x;
  return gs_graph_add (g, &gs_op_pixel_shuffle, NULL, &x, 1, &parameters, sizeof parameters);
}

GsTensor *
gs_pixel_shuffle (GsGraph *g, GsTensor *x, guint32 r)
{
  return rearrange (g, x, r, FALSE);
}

GsTensor *
gs_pixel_unshuffle (GsGraph *g, GsTensor *x, guint32 r)
{
  return rearrange (g, x, r, TRUE);
}
