/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = softmax (q k^T / sqrt (D)) v per head,  q: (N, 1, Tq, heads D), k, v: (N, 1, Tk, heads D).
 * Vaswani et al., "Attention is all you need". */
#include "ops/lanes-private.h"
#include "ops/matmul-private.h"
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
  if (q.c / heads % 4 != 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "heads of %u channels, not a multiple of 4, are not supported", q.c / heads);
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

/* A workgroup makes so much of a head's channels, which it holds in registers; the lane kernels
 * unroll over it, so there a long part takes long to compile. */
static guint32
part_fours (guint32 head_fours, guint32 most)
{
  guint32 fours = MIN (head_fours, most);

  while (head_fours % fours != 0)
    fours--;
  return fours;
}

static GsMatmulVariant
choose (GsNode *node, GsCommands *commands)
{
  const GsMatmulVariant variant = gs_matmul_choose (gs_commands_get_device (commands));
  GsTensor *q = node->inputs[0], *k = node->inputs[1], *v = node->inputs[2];

  if (variant <= GS_MATMUL_TUNED)
    return GS_MATMUL_TILE;
  if (variant == GS_MATMUL_TEXEL
      && !(gs_tensor_root (q)->buffer == gs_tensor_root (k)->buffer
           && gs_lanes_fits_texels (commands, k) && gs_lanes_fits_texels (commands, v)))
    return GS_MATMUL_GATHER;
  return variant;
}

static void
dispatch (GsNode *node, GsCommands *commands, GsMatmulVariant variant,
          const struct GsAttentionPush *push)
{
  const gboolean is_tile = variant == GS_MATMUL_TILE;
  const char *name = is_tile ? "attention-tile"
                     : variant == GS_MATMUL_TEXEL ? "attention-texel" : "attention-gather";
  const guint32 head_fours = push->head_channels / 4;
  const guint32 fours = part_fours (head_fours, is_tile ? 32 : 20);
  const guint32 constants[] = {
    [GS_ATTENTION_FOURS] = fours,
    [GS_ATTENTION_WHOLE] = fours == head_fours,
  };
  const guint32 blocks = gs_groups (push->queries, is_tile ? GS_ATTENTION_TILE_QUERIES
                                                           : GS_ATTENTION_LANES_QUERIES);

  gs_commands_dispatch (commands,
                        gs_op_kernel (commands, name, node->output->dtype, constants,
                                      G_N_ELEMENTS (constants)),
                        push, sizeof *push, blocks * (head_fours / fours), push->heads,
                        node->output->shape.n, flop (node));
}

static void
record (GsNode *node, GsCommands *commands)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);
  GsTensor *q = node->inputs[0], *k = node->inputs[1], *v = node->inputs[2];
  const guint32 head_channels = q->shape.c / parameters->heads;
  const GsMatmulVariant variant = choose (node, commands);
  struct GsAttentionPush push = {
    .q = gs_op_read (commands, q),
    .k = gs_op_read (commands, k),
    .v = gs_op_read (commands, v),
    .y = gs_op_write (commands, node->output),
    .zeros = gs_lanes_zeros (k, head_channels),
    .queries = q->shape.h * q->shape.w,
    .keys = k->shape.h * k->shape.w,
    .heads = parameters->heads,
    .head_channels = head_channels,
    .scale = 1 / sqrt (head_channels),
    .causal = parameters->causal,
  };

  if (variant == GS_MATMUL_TEXEL)
    {
      push.k_texel = gs_lanes_bind_texels (commands, 0, k);
      push.v_texel = gs_lanes_bind_texels (commands, 1, v);
      push.q_texel = gs_lanes_first_texel (q);
    }
  dispatch (node, commands, variant, &push);
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
