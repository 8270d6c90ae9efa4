/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled Weight Decay Regularization",
 * algorithm 2). What is trained beside a frozen model is small, so the host does it, in the order of
 * the elements: the same numbers in give the same bytes out.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  double rate; /* of learning */
  double weight_decay;
  double beta1, beta2;
  double epsilon;
} GsAdamW;

/* Of n parameters; both begin as zeros. */
typedef struct
{
  float *first, *second; /* running means of the gradient and of its square */
} GsAdamWMoments;

/* Step number 1, 2 ...: changes parameters and moments by n gradients. */
void gs_adamw_step (const GsAdamW *adamw, guint64 step, GsAdamWMoments moments,
                    const float *gradients, float *parameters, gsize n);

G_END_DECLS
