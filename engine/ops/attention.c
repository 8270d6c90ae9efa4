/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = softmax (q k^T / sqrt (D)) v per head,  q: (N, 1, Tq, heads D), k, v: (N, 1, Tk, heads D).
 * Vaswani et al., "Attention is all you need". */
#include "ops/op.h"
#include "ops/ops.h"

#include "attention.h"

#include <math.h>

typedef struct
{
  guint32  heads;
  gboolean causal;
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  const guint32 heads = GS_OP_PARAMETERS (node, Parameters)->heads;
  const GsShape q = node->inputs[0]->shape, k = node->inputs[1]->shape, v = node->inputs[2]->shape;

  node->output->shape = q;
  if (heads == 0 || q.c % heads != 0 || k.c != q.c || k.n != q.n || !gs_shape_equal (k, v))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "%u heads of (%u, %u, %u) do not fit keys (%u, %u, %u)", heads, q.n, q.w, q.c,
                   k.n, k.w, k.c);
      return FALSE;
    }
  return TRUE;
}

static double
flop (const GsNode *node)
{
  const GsShape q = node->inputs[0]->shape, k = node->inputs[1]->shape;

  return 4.0 * gs_shape_elements (q) * k.h * k.w;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);
  const GsShape q = node->inputs[0]->shape, k = node->inputs[1]->shape;
  const guint32 head_channels = q.c / parameters->heads;
  const guint32 slots = gs_groups (head_channels, 64);
  const struct GsAttentionPush push = {
    .q = gs_op_read (commands, node->inputs[0]),
    .k = gs_op_read (commands, node->inputs[1]),
    .v = gs_op_read (commands, node->inputs[2]),
    .y = gs_op_write (commands, node->output),
    .queries = q.h * q.w,
    .keys = k.h * k.w,
    .heads = parameters->heads,
    .head_channels = head_channels,
    .scale = 1 / sqrt (head_channels),
    .causal = parameters->causal,
  };

  gs_commands_dispatch (commands,
                        gs_op_kernel (commands, "attention-plain", node->output->dtype, &slots, 1),
                        &push, sizeof push, push.queries, push.heads, q.n, flop (node));
}

const GsOpClass gs_op_attention = {
  "attention",
  .infer = infer,
  .record = record,
  .flop = flop,
};

GsTensor *
gs_attention (GsGraph *g, GsTensor *q, GsTensor *k, GsTensor *v, guint32 heads, gboolean causal)
{
  const Parameters parameters = { heads, causal };

  return gs_graph_add (g, &gs_op_attention, NULL, (GsTensor *[]) { q, k, v }, 3, &parameters,
                       sizeof parameters);
}
