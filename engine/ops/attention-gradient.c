/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rule of attention, without ever storing the probabilities P = softmax (s Q K^T): with s the
 * scale and E = P * (dY V^T - rows of dY . Y),
 *   dQ = s E K,  dK = s E^T Q,  dV = P^T dY
 * (Dao, "FlashAttention-2: Faster attention with better parallelism and work partitioning").
 */
#include "ops/gradient-private.h"
#include "ops/matmul-private.h"

#include "attention-gradient.h"

enum
{
  Q,
  K,
  V,
  DY,
  STATS,
  N_OPERANDS,
};

typedef struct
{
  guint32  heads;
  gboolean causal;
  guint32  of; /* Q, K or V */
} Parameters;

/* The operand whose gradient it is, and so its shape. */
static gboolean
infer (GsNode *node, GError **error)
{
  node->output->shape = node->inputs[GS_OP_PARAMETERS (node, Parameters)->of]->shape;
  return TRUE;
}

/* Two numbers for each query and head. */
static gboolean
infer_stats (GsNode *node, GError **error)
{
  node->output->shape = node->inputs[Q]->shape;
  node->output->shape.c = 2 * GS_OP_PARAMETERS (node, Parameters)->heads;
  node->output->dtype = GS_DTYPE_F32;
  return TRUE;
}

static struct GsAttentionGradientPush
push_of (GsNode *node, GsCommands *commands)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);

  return (struct GsAttentionGradientPush) {
    .q = gs_op_read (commands, node->inputs[Q]),
    .k = gs_op_read (commands, node->inputs[K]),
    .v = gs_op_read (commands, node->inputs[V]),
    .dy = gs_op_read (commands, node->inputs[DY]),
    .samples = node->inputs[Q]->shape.n,
    .queries = node->inputs[Q]->shape.h * node->inputs[Q]->shape.w,
    .keys = node->inputs[K]->shape.h * node->inputs[K]->shape.w,
    .heads = parameters->heads,
    .q_pitch = gs_tensor_pitch (node->inputs[Q]),
    .kv_pitch = gs_tensor_pitch (node->inputs[K]),
    .causal = parameters->causal,
  };
}

static double
flop (const GsNode *node)
{
  const GsShape q = node->inputs[Q]->shape, k = node->inputs[K]->shape;

  return 6.0 * gs_shape_elements (q) * k.h * k.w;
}

/* ---- attention-gradient-uniform: each workgroup has scratch memory, see attention-dispatch.c ---- */

#define UNIFORM_WORKGROUPS 64
#define UNIFORM_WORKGROUP_FLOP 1e9

/* Those of which each invocation owns some. */
static guint32
own_tokens (const GsNode *node)
{
  const guint32 of = GS_OP_PARAMETERS (node, const Parameters)->of;
  const GsShape own = node->inputs[of == K || of == V ? K : Q]->shape;

  return own.h * own.w;
}

static guint32
lanes_of (GsDevice *device)
{
  return gs_device_get_info (device)->subgroup_size;
}

static guint32
uniform_columns (const GsNode *node, guint32 lanes)
{
  const guint32 rows = GS_OP_PARAMETERS (node, const Parameters)->heads * node->inputs[Q]->shape.n;
  const guint32 most = MAX (UNIFORM_WORKGROUPS, flop (node) / UNIFORM_WORKGROUP_FLOP);

  return MIN (gs_groups (most, rows),
              gs_groups (own_tokens (node), GS_ATTENTION_GRADIENT_VECTORS * lanes));
}

static guint64
scratch_bytes (const GsNode *node, GsDevice *device)
{
  const guint64 heads = GS_OP_PARAMETERS (node, const Parameters)->heads;
  const GsShape q = node->inputs[Q]->shape;

  if (gs_matmul_choose (device) < GS_MATMUL_UNIFORM)
    return 0;
  return heads * q.n * uniform_columns (node, lanes_of (device))
         * (3 * q.c / heads + GS_ATTENTION_GRADIENT_OTHERS) * GS_ATTENTION_GRADIENT_VECTORS
         * lanes_of (device) * sizeof (float);
}

/* The largest part of a head, up to most, that divides it. */
static guint32
divisor (guint32 head, guint32 most)
{
  guint32 part = MIN (head, most);

  while (head % part != 0)
    part--;
  return part;
}

static void
dispatch_uniform (GsNode *node, GsCommands *commands, struct GsAttentionGradientPush *push, guint32 of)
{
  const GsShape q = node->inputs[Q]->shape;
  const guint32 head = q.c / push->heads;
  const guint32 lanes = lanes_of (gs_commands_get_device (commands));
  const guint32 constants[GS_ATTENTION_GRADIENT_N_CONSTANTS] = {
    [GS_ATTENTION_GRADIENT_CHANNELS] = head,
    [GS_ATTENTION_GRADIENT_OF] = of,
    [GS_ATTENTION_GRADIENT_FOURS] = divisor (head / 4, 20),
    [GS_ATTENTION_GRADIENT_SUMS] = head % 5 == 0 ? 5 : 4,
    [GS_ATTENTION_GRADIENT_CAUSAL] = push->causal,
    [GS_ATTENTION_GRADIENT_LANES] = lanes,
  };

  push->scratch = gs_op_scratch_write (commands, node);
  push->columns = uniform_columns (node, lanes);
  push->head_channels = head;
  gs_commands_dispatch (commands,
                        gs_op_kernel (commands, "attention-gradient-uniform",
                                      node->inputs[DY]->dtype, constants, G_N_ELEMENTS (constants)),
                        push, sizeof *push, push->columns, push->heads, q.n, flop (node));
}

/* ---- Recording ---- */

static void
dispatch (GsNode *node, GsCommands *commands, const char *kernel,
          const struct GsAttentionGradientPush *push, guint32 tokens)
{
  const GsShape q = node->inputs[Q]->shape;
  const guint32 heads = push->heads;
  const guint32 constants[] = { q.c / heads, GS_OP_PARAMETERS (node, Parameters)->of };

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, kernel, node->inputs[DY]->dtype, constants,
                                     G_N_ELEMENTS (constants)),
                       push, sizeof *push, gs_groups ((guint64) q.n * tokens * heads, 64),
                       flop (node));
}

static void
record_stats (GsNode *node, GsCommands *commands)
{
  struct GsAttentionGradientPush push = push_of (node, commands);

  push.stats = gs_op_write (commands, node->output);
  if (node->scratch_bytes > 0)
    dispatch_uniform (node, commands, &push, GS_ATTENTION_GRADIENT_STATS);
  else
    dispatch (node, commands, "attention-stats", &push, push.queries);
}

static void
record (GsNode *node, GsCommands *commands)
{
  struct GsAttentionGradientPush push = push_of (node, commands);
  const guint32 of = GS_OP_PARAMETERS (node, Parameters)->of;

  push.stats = gs_op_read (commands, node->inputs[STATS]);
  push.dx = gs_op_write (commands, node->output);
  if (node->scratch_bytes > 0)
    dispatch_uniform (node, commands, &push, of);
  else
    dispatch (node, commands, "attention-gradient", &push, of == Q ? push.queries : push.keys);
}

const GsOpClass gs_op_attention_stats = {
  "attention-stats",
  .takes_slices = TRUE,
  .infer = infer_stats,
  .scratch_bytes = scratch_bytes,
  .record = record_stats,
  .flop = flop,
};

const GsOpClass gs_op_attention_gradient = {
  "attention-gradient",
  .takes_slices = TRUE,
  .infer = infer,
  .scratch_bytes = scratch_bytes,
  .record = record,
  .flop = flop,
};

void
gs_attention_gradient (GsGraph *g, GsTensor *const *qkv, GsTensor *dy, guint32 heads,
                       gboolean causal, const gboolean *wanted, GsTensor **dx)
{
  GsTensor *operands[N_OPERANDS] = { qkv[Q], qkv[K], qkv[V], dy };
  Parameters parameters = { heads, causal, Q };

  G_STATIC_ASSERT (Q == GS_ATTENTION_GRADIENT_Q && K == GS_ATTENTION_GRADIENT_K
                   && V == GS_ATTENTION_GRADIENT_V);
  operands[STATS] = gs_graph_add (g, &gs_op_attention_stats, NULL, operands, STATS, &parameters,
                                  sizeof parameters);
  for (parameters.of = Q; parameters.of <= V; parameters.of++)
    if (wanted[parameters.of])
      dx[parameters.of] = gs_graph_add (g, &gs_op_attention_gradient, NULL, operands, N_OPERANDS,
                                        &parameters, sizeof parameters);
}
