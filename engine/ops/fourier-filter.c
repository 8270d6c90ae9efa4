/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Low frequencies made weaker or stronger: the Fourier transform over the pixels, its coefficients of
 * frequencies -1 and 0 along each axis times a scale, and the real part of the transform back (Si et al.,
 * "FreeU: Free Lunch in Diffusion U-Net", 2023, and Fourier_filter() of its code with threshold 1, which
 * leaves frequency 1 out). Few enough coefficients to be summed up one by one.
 */
#include "ops/op.h"
#include "ops/ops.h"

#include "fourier-filter.h"

typedef struct
{
  float scale;
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  const GsShape x = node->inputs[0]->shape;

  if (x.c % 4 != 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "%u channels are not whole fours, which the Fourier filter takes", x.c);
      return FALSE;
    }
  node->output->shape = x;
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const GsShape x = node->inputs[0]->shape;
  const struct GsFourierFilterPush push = {
    .x = gs_op_read (commands, node->inputs[0]),
    .y = gs_op_write (commands, node->output),
    .samples = x.n,
    .height = x.h,
    .width = x.w,
    .channels = x.c,
    .gain = (GS_OP_PARAMETERS (node, Parameters)->scale - 1) / ((float) x.h * (float) x.w),
  };

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "fourier-filter", node->output->dtype, NULL, 0),
                       &push, sizeof push,
                       (guint64) x.n * gs_groups (x.c / 4, GS_FOURIER_FILTER_FOURS),
                       gs_shape_elements (x) * 40.0);
}

const GsOpClass gs_op_fourier_filter = {
  "fourier-filter",
  .infer = infer,
  .record = record,
};

GsTensor *
gs_fourier_filter (GsGraph *g, GsTensor *x, float scale)
{
  const Parameters parameters = { scale };

  return gs_graph_add (g, &gs_op_fourier_filter, NULL, &x, 1, &parameters, sizeof parameters);
}
