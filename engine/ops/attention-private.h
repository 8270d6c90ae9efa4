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
  /* Of a linear layer that was taken over, q being its x; NULL: q holds queries. And of a layer norm in
   * front of that; epsilon 0: there is none. */
  GsTensor *weight, *norm_weight, *norm_bias;
  float     norm_epsilon;
} GsAttention;

/* Operands of a node. */
enum
{
  GS_ATTENTION_Q,
  GS_ATTENTION_K,
  GS_ATTENTION_V,
  GS_ATTENTION_WEIGHT,
  GS_ATTENTION_NORM_WEIGHT,
  GS_ATTENTION_NORM_BIAS,
  GS_ATTENTION_N_OPERANDS,
};

typedef struct
{
  guint32  heads;
  gboolean causal;
  float    norm_epsilon; /* of a layer norm that was taken over; 0: none */
} GsAttentionParameters;

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

/* All ways that the device has for these operands, GsAttentionTile elements; the first one always works, but
 * there may be none that makes queries of x. */
GArray *gs_attention_list_tiles (GsDevice *device, const GsAttention *attention);

/* In front of a way's name, its check's for making queries: "attention-queries-coopmat-...". */
#define GS_ATTENTION_CHECK_QUERIES "queries-"

/* The way for these operands, by gs_matmul_choose(); tuning may run some, see tune.h. FALSE: there is none.
 * Queries are made by one whose check of that did not fail; under tuning, which runs it if that was not yet,
 * by one that passed it. */
gboolean gs_attention_choose (GsDevice *device, const GsAttention *attention, GsAttentionTile *tile);

/* An attention like another one, of fewer queries if it is long, to measure with. */
typedef struct
{
  const GsAttentionTile *tile;
  GsTensor               q, k, v, y, weight, norm;
  GsAttention            attention;
  guint64                n_bytes; /* of memory for them */
} GsAttentionTrial;

void   gs_attention_trial_init (GsAttentionTrial *trial, GsDevice *device,
                                const GsAttention *attention);
/* Seconds of one run by the tile. */
double gs_attention_trial_time (GsAttentionTrial *trial, GsDevice *device);
/* "F16-40-4-12-7": its class, by sizes rounded up to powers of two. */
char  *gs_attention_trial_class (const GsAttentionTrial *trial);

/* Takes over the linear layer that makes queries, if the device has kernels that do so and are not known
 * to be slower. */
gboolean gs_attention_absorb_queries (GsNode *node, guint k, GsDevice *device);

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
