/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The attention kernels: what one computes, and its dispatch. */
#pragma once

#include "ops/matmul-private.h"

G_BEGIN_DECLS

typedef struct
{
  GsTensor *q, *k, *v, *y; /* need only shape, dtype and place */
  guint32   heads;
  gboolean  causal;
} GsAttention;

void   gs_attention_dispatch (GsCommands *commands, GsMatmulVariant variant,
                              const GsAttention *attention);
double gs_attention_flop     (const GsAttention *attention);

G_END_DECLS
