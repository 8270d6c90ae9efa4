/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Group normalisation for ops that do it along with their own work: what is asked for, and one on the
 * device, to compare with. */
#pragma once

#include "ops/matmul-private.h"

G_BEGIN_DECLS

enum
{
  GS_GROUP_NORM_X,
  GS_GROUP_NORM_WEIGHT,
  GS_GROUP_NORM_BIAS,
  GS_GROUP_NORM_X2, /* more channels of x, or NULL */
  GS_GROUP_NORM_MOMENTS, /* what the product that made x left, or NULL */
  GS_GROUP_NORM_N_OPERANDS,
};

typedef struct
{
  guint32  groups;
  float    epsilon;
  gboolean silu;
  GsMatmulMoments moments; /* in GS_GROUP_NORM_MOMENTS */
} GsGroupNorm;

/* NULL if the node is another. */
const GsGroupNorm *gs_group_norm_get (const GsNode *node);

/* Memory that one needs while it runs. */
guint64 gs_group_norm_scratch_bytes (GsDevice *device, GsTensor *const *operands,
                                     const GsGroupNorm *norm);

/* Tensors need only shape, dtype and place; scratch: no shape either. */
void    gs_group_norm_dispatch      (GsCommands *commands, GsTensor *const *operands,
                                     const GsGroupNorm *norm, GsTensor *scratch, GsTensor *y);

G_END_DECLS
