/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = softmax (q k^T / sqrt (D)) v per head,  q: (N, 1, Tq, heads D), k, v: (N, 1, Tk, heads D).
 * Vaswani et al., "Attention is all you need". */
#include "ops/attention-private.h"
#include "ops/gradient-private.h"
#include "ops/op.h"
#include "ops/ops.h"

typedef GsAttentionParameters Parameters;

static GsAttention
attention_of (const GsNode *node)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, const Parameters);

  return (GsAttention) {
    .q = node->inputs[GS_ATTENTION_Q],
    .k = node->inputs[GS_ATTENTION_K],
    .v = node->inputs[GS_ATTENTION_V],
    .y = node->output,
    .heads = parameters->heads,
    .causal = parameters->causal,
    .weight = node->inputs[GS_ATTENTION_WEIGHT],
    .norm_weight = node->inputs[GS_ATTENTION_NORM_WEIGHT],
    .norm_bias = node->inputs[GS_ATTENTION_NORM_BIAS],
    .norm_epsilon = parameters->norm_epsilon,
  };
}

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
  if (gs_tensor_pitch (node->inputs[1]) != gs_tensor_pitch (node->inputs[2]))
    {
      g_set_error_literal (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                           "keys and values must be slices of tensors of the same size");
      return FALSE;
    }
  if (q.c / heads % 4 != 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "heads of %u channels, not a multiple of 4, are not supported", q.c / heads);
      return FALSE;
    }
  return TRUE;
}

static guint64
scratch_bytes (const GsNode *node, GsDevice *device)
{
  const GsAttention attention = attention_of (node);

  return gs_matmul_choose (device) >= GS_MATMUL_UNIFORM ? gs_attention_scratch_bytes (&attention) : 0;
}

static double
flop (const GsNode *node)
{
  const GsAttention attention = attention_of (node);

  return gs_attention_flop (&attention);
}

static void
record (GsNode *node, GsCommands *commands)
{
  GsAttention attention = attention_of (node);
  GsAttentionTile tile;

  if (node->scratch_bytes > 0)
    attention.scratch = gs_op_scratch_write (commands, node);

  if (!gs_attention_choose (gs_commands_get_device (commands), &attention, &tile))
    {
      gs_commands_take_error (commands, g_error_new (GS_ERROR, GS_ERROR_UNSUPPORTED,
                                                     "%s: no kernel makes these queries", node->name));
      return;
    }
  gs_attention_dispatch (commands, &tile, &attention);
}

static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, const Parameters);

  gs_attention_gradient (g, node->inputs, dy, parameters->heads, parameters->causal, wanted, dx);
}

const GsOpClass gs_op_attention = {
  "attention",
  .takes_slices = TRUE,
  .infer = infer,
  .scratch_bytes = scratch_bytes,
  .record = record,
  .backward = backward,
  .flop = flop,
  .absorb_producer_on = gs_attention_absorb_queries,
};

GsTensor *
gs_attention (GsGraph *g, GsTensor *q, GsTensor *k, GsTensor *v, guint32 heads, gboolean causal)
{
  const Parameters parameters = { heads, causal };
  GsTensor *const operands[GS_ATTENTION_N_OPERANDS] = { q, k, v };

  return gs_graph_add (g, &gs_op_attention, NULL, operands, GS_ATTENTION_N_OPERANDS, &parameters,
                       sizeof parameters);
}
