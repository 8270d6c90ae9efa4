/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The attention kernels: one product on the device, and which kernel makes it. */
#pragma once

#include "ops/matmul-private.h"

G_BEGIN_DECLS

typedef struct
{
  GsTensor *q, *k, *v, *y; /* need only shape, dtype and place */
  guint32   heads;
  gboolean  causal;
  guint64   scratch; /* gs_attention_scratch_bytes(): address, may be 0 for all but uniform */
} GsAttention;

/* How a kernel works; of the variants beyond GS_MATMUL_COOPMAT only that one counts. */
typedef struct
{
  GsMatmulVariant variant;
  guint32         keys;      /* coopmat: at a time                                  */
  gboolean        one_place; /* coopmat: in shared memory, for keys and then values */
  guint32         lanes;     /* coopmat: of a subgroup                              */
  GsMatrixShape   matrix;    /* coopmat                                             */
  char            name[64];
} GsAttentionTile;

/* All ways that the device has for these operands, GsAttentionTile elements; the first one always works. */
GArray *gs_attention_list_tiles (GsDevice *device, const GsAttention *attention);

/* The way for these operands, by gs_matmul_choose(); tuning may run some, see tune.h. */
void gs_attention_choose (GsDevice *device, const GsAttention *attention, GsAttentionTile *tile);

void gs_attention_dispatch (GsCommands *commands, const GsAttentionTile *tile,
                            const GsAttention *attention);

guint64 gs_attention_scratch_bytes (const GsAttention *attention);

double gs_attention_flop (const GsAttention *attention);

/* Channels of a head with the zeros that matrices of this shape want. */
static inline guint32
gs_attention_width (guint32 head_channels, const GsMatrixShape *matrix)
{
  const guint32 unit = MAX (matrix->n, matrix->k);

  return (head_channels + unit - 1) / unit * unit;
}

G_END_DECLS
