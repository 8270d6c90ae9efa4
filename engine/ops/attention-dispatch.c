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
  const double keys = attention->k->shape.h * attention->k->shape.w;
  const double projected = attention->weight != NULL ? attention->q->shape.c : 0;

  return gs_shape_elements (attention->q->shape) * (4 * keys + 2 * projected);
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

/* ---- attention-uniform ---- */

/* Each workgroup has scratch memory. Over all heads and samples there are so many at least, that many
 * processors share them evenly, and so many that none takes longer than a submit should. */
#define UNIFORM_WORKGROUPS 64
#define UNIFORM_WORKGROUP_FLOP 1e9
#define UNIFORM_MAX_LANES 16

static guint32
uniform_columns (const GsAttention *attention)
{
  const guint32 rows = attention->heads * attention->q->shape.n;
  const guint32 most = MAX (UNIFORM_WORKGROUPS, gs_attention_flop (attention) / UNIFORM_WORKGROUP_FLOP);

  return MIN (gs_groups (most, rows),
              gs_groups ((guint64) attention->q->shape.h * attention->q->shape.w,
                         GS_ATTENTION_UNIFORM_VECTORS * 8));
}

guint64
gs_attention_scratch_bytes (const GsAttention *attention)
{
  const guint64 rows = attention->heads * attention->q->shape.n;
  const guint64 head_channels = attention->q->shape.c / attention->heads;

  return rows * uniform_columns (attention) * (2 * head_channels + GS_ATTENTION_UNIFORM_KEYS)
         * GS_ATTENTION_UNIFORM_VECTORS * UNIFORM_MAX_LANES * sizeof (float);
}

static void
dispatch_uniform (Call *call)
{
  const guint32 fours = part_fours (call->push.head_channels / 4, 20);
  const guint32 lanes = gs_device_get_info (gs_commands_get_device (call->commands))->subgroup_size;
  const guint32 constants[GS_ATTENTION_N_CONSTANTS] = {
    [GS_ATTENTION_FOURS] = fours,
    [GS_ATTENTION_WHOLE] = fours * 4 == call->push.head_channels,
    [GS_ATTENTION_CHANNELS] = call->push.head_channels % 5 == 0 ? 5 : 4,
    [GS_ATTENTION_CAUSAL] = call->push.causal,
    [GS_ATTENTION_LANES] = lanes,
  };

  call->push.columns = uniform_columns (call->attention);
  dispatch (call, "attention-uniform", constants, G_N_ELEMENTS (constants), call->push.columns);
}

static void
dispatch_parts (Call *call, GsMatmulVariant variant)
{
  static const char *const kernels[] = {
    [GS_MATMUL_TILE] = "attention-tile",
    [GS_MATMUL_TEXEL] = "attention-texel",
    [GS_MATMUL_GATHER] = "attention-gather",
  };
  const guint32 head_fours = call->push.head_channels / 4;
  const guint32 fours = part_fours (head_fours, variant == GS_MATMUL_TILE ? 32 : 20);
  const guint32 queries = variant == GS_MATMUL_TILE ? GS_ATTENTION_TILE_QUERIES
                                                    : GS_ATTENTION_LANES_QUERIES;
  const guint32 constants[GS_ATTENTION_N_CONSTANTS] = {
    [GS_ATTENTION_FOURS] = fours,
    [GS_ATTENTION_WHOLE] = fours == head_fours,
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
    [GS_ATTENTION_COOPMAT_QUERIES] = call->attention->weight == NULL ? GS_ATTENTION_QUERIES_GIVEN
                                     : call->attention->norm_epsilon > 0
                                       ? GS_ATTENTION_QUERIES_NORMALISED
                                       : GS_ATTENTION_QUERIES_PROJECTED,
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
      .scratch = attention->scratch,
      .zeros = gs_lanes_zeros (attention->k, head_channels),
      .w = gs_op_read (commands, attention->weight),
      .norm_weight = gs_op_read (commands, attention->norm_weight),
      .norm_bias = gs_op_read (commands, attention->norm_bias),
      .norm_epsilon = attention->norm_epsilon,
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
  else if (variant >= GS_MATMUL_UNIFORM)
    dispatch_uniform (&call);
  else
    dispatch_parts (&call, variant);
}
