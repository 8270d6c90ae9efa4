/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One attention on the device: its kernel's constants and grid. */
#include "ops/attention-private.h"
#include "ops/lanes-private.h"

#include "attention.h"

#include <math.h>

typedef struct
{
  GsCommands        *commands;
  const GsAttention *attention;
  struct GsAttentionPush push;
} Call;

double
gs_attention_flop (const GsAttention *attention)
{
  return 4.0 * gs_shape_elements (attention->q->shape) * attention->k->shape.h
         * attention->k->shape.w;
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

/* The kernel binds one buffer for k and v, and none larger than a view. */
static gboolean
fits_texels (GsCommands *commands, const GsAttention *attention)
{
  return gs_tensor_root (attention->k)->buffer == gs_tensor_root (attention->v)->buffer
         && gs_lanes_fits_texels (commands, attention->q)
         && gs_lanes_fits_texels (commands, attention->k);
}

static void
dispatch (Call *call, const char *name, const guint32 *constants, guint n_constants, guint32 blocks)
{
  const GsTensor *y = call->attention->y;

  gs_commands_dispatch (call->commands,
                        gs_op_kernel (call->commands, name, y->dtype, constants, n_constants),
                        &call->push, sizeof call->push, blocks, call->push.heads, y->shape.n,
                        gs_attention_flop (call->attention));
}

/* Keys a turn: as many as keep the unrolled loop within the processor's first-level cache. */
static guint32
keys_a_turn (guint32 fours, gboolean whole)
{
  return 4;
}

static void
dispatch_parts (Call *call, GsMatmulVariant variant)
{
  static const char *const kernels[] = {
    [GS_MATMUL_TILE] = "attention-tile",
    [GS_MATMUL_TEXEL] = "attention-texel",
    [GS_MATMUL_GATHER] = "attention-gather",
    [GS_MATMUL_UNIFORM] = "attention-uniform",
    [GS_MATMUL_UNIFORM_TALL] = "attention-uniform",
  };
  const guint32 lanes = gs_device_get_info (gs_commands_get_device (call->commands))->subgroup_size;
  const guint32 head_fours = call->push.head_channels / 4;
  const guint32 fours = part_fours (head_fours, variant == GS_MATMUL_TILE       ? 32
                                                : variant >= GS_MATMUL_UNIFORM ? 40 : 20);
  const guint32 queries = variant == GS_MATMUL_TILE       ? GS_ATTENTION_TILE_QUERIES
                          : variant >= GS_MATMUL_UNIFORM ? 2 * lanes : GS_ATTENTION_LANES_QUERIES;
  const guint32 constants[GS_ATTENTION_N_CONSTANTS] = {
    [GS_ATTENTION_FOURS] = fours,
    [GS_ATTENTION_WHOLE] = fours == head_fours,
    [GS_ATTENTION_KEYS] = keys_a_turn (fours, fours == head_fours),
    [GS_ATTENTION_CAUSAL] = call->push.causal,
    [GS_ATTENTION_LANES] = lanes,
  };

  if (variant == GS_MATMUL_TEXEL)
    {
      call->push.q_texel = gs_lanes_bind_texels (call->commands, 0, call->attention->q);
      call->push.k_texel = gs_lanes_bind_texels (call->commands, 1, call->attention->k);
      call->push.v_texel = gs_lanes_first_texel (call->attention->v);
    }
  dispatch (call, kernels[variant], constants, G_N_ELEMENTS (constants),
            gs_groups (call->push.queries, queries) * (head_fours / fours));
}

static void
dispatch_coopmat (Call *call, const GsAttentionTile *tile)
{
  const guint32 subgroups = GS_ATTENTION_COOPMAT_SUBGROUPS;
  const guint32 constants[GS_ATTENTION_COOPMAT_N_CONSTANTS] = {
    [GS_ATTENTION_COOPMAT_WIDTH] = gs_attention_width (call->push.head_channels, &tile->matrix),
    [GS_ATTENTION_COOPMAT_KEYS] = tile->keys,
    [GS_ATTENTION_COOPMAT_ONE_PLACE] = tile->one_place,
    [GS_ATTENTION_COOPMAT_M] = tile->matrix.m,
    [GS_ATTENTION_COOPMAT_N] = tile->matrix.n,
    [GS_ATTENTION_COOPMAT_K] = tile->matrix.k,
    [GS_ATTENTION_COOPMAT_ROW_LANES] = CLAMP (tile->lanes / GS_ATTENTION_COOPMAT_ROWS, 2, 4),
    [GS_ATTENTION_COOPMAT_INVOCATIONS] = subgroups * tile->lanes,
    [GS_ATTENTION_COOPMAT_LANES] = tile->lanes,
  };

  dispatch (call, "attention-coopmat", constants, G_N_ELEMENTS (constants),
            gs_groups (call->push.queries, subgroups * GS_ATTENTION_COOPMAT_ROWS));
}

void
gs_attention_dispatch (GsCommands *commands, const GsAttentionTile *tile,
                       const GsAttention *attention)
{
  const GsTensor *q = attention->q;
  GsMatmulVariant variant = tile->variant;
  const guint32 head_channels = q->shape.c / attention->heads;
  Call call = {
    .commands = commands,
    .attention = attention,
    .push = {
      .q = gs_op_read (commands, attention->q),
      .k = gs_op_read (commands, attention->k),
      .v = gs_op_read (commands, attention->v),
      .y = gs_op_write (commands, attention->y),
      .zeros = gs_lanes_zeros (attention->k, head_channels),
      .queries = q->shape.h * q->shape.w,
      .keys = attention->k->shape.h * attention->k->shape.w,
      .heads = attention->heads,
      .head_channels = head_channels,
      .q_pitch = gs_tensor_pitch (q),
      .kv_pitch = gs_tensor_pitch (attention->k),
      .scale = 1 / sqrt (head_channels),
      .causal = attention->causal,
    },
  };

  if (variant == GS_MATMUL_TEXEL && !fits_texels (commands, attention))
    variant = GS_MATMUL_GATHER;
  if (variant == GS_MATMUL_COOPMAT)
    dispatch_coopmat (&call, tile);
  else
    dispatch_parts (&call, variant);
}
