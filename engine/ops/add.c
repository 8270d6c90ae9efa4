/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = a + b, where b may be one vector per sample, or one sample for all. */
#include "ops/gradient-private.h"
#include "ops/op.h"
#include "ops/ops.h"

#include "add.h"

static gboolean
is_per_sample (GsShape a, GsShape b)
{
  return b.n == a.n && b.h == 1 && b.w == 1 && b.c == a.c;
}

static gboolean
is_repeated (GsShape a, GsShape b)
{
  return b.n == 1 && b.c == a.c && ((b.h == a.h && b.w == a.w) || (b.h == 1 && b.w == 1));
}

static guint32
mode_of (GsShape a, GsShape b)
{
  if (gs_shape_equal (a, b))
    return GS_ADD_SAME;
  return is_per_sample (a, b) ? GS_ADD_PER_SAMPLE : GS_ADD_REPEATED;
}

static gboolean
infer (GsNode *node, GError **error)
{
  const GsShape a = node->inputs[0]->shape, b = node->inputs[1]->shape;

  if (!gs_shape_equal (a, b) && !is_per_sample (a, b) && !is_repeated (a, b))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "cannot add (%u, %u, %u, %u) to (%u, %u, %u, %u)", b.n, b.h, b.w, b.c, a.n, a.h,
                   a.w, a.c);
      return FALSE;
    }
  node->output->shape = a;
  if (node->inputs[0]->dtype == GS_DTYPE_F32 && node->inputs[1]->dtype == GS_DTYPE_F32)
    node->output->dtype = GS_DTYPE_F32; /* losses, in graphs of halfs too */
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const GsShape a = node->inputs[0]->shape, b = node->inputs[1]->shape;
  const guint64 elements = gs_shape_elements (a);
  const guint32 mode = mode_of (a, b);
  const struct GsAddPush push = {
    .a = gs_op_read (commands, node->inputs[0]),
    .b = gs_op_read (commands, node->inputs[1]),
    .y = gs_op_write (commands, node->output),
    .elements = elements,
    .period = gs_shape_elements (b),
    .channels = a.c,
    .outer = elements / a.n,
  };

  gs_op_dispatch_line (commands, gs_op_kernel (commands, "add", node->output->dtype, &mode, 1),
                       &push, sizeof push, gs_groups (elements, 256), elements * 8.0);
}

static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  dx[0] = dy;
  if (wanted[1])
    dx[1] = gs_sum_to (g, dy, node->inputs[1]->shape);
}

const GsOpClass gs_op_add = { "add", .infer = infer, .record = record, .backward = backward };

GsTensor *
gs_add (GsGraph *g, GsTensor *a, GsTensor *b)
{
  return gs_graph_add (g, &gs_op_add, NULL, (GsTensor *[]) { a, b }, 2, NULL, 0);
}
