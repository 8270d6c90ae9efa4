/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Adam that finds its learning rate by itself: d is a lower bound of how far the parameters are from
 * where they should be, and grows with what the gradients say about the way gone so far (Mishchenko and
 * Defazio, "Prodigy: An expeditiously adaptive parameter-free learner", algorithm 4). Weight decay
 * is decoupled, as in AdamW.
 */
#pragma once

#include "train/float-arrays.h"

G_BEGIN_DECLS

typedef struct
{
  double rate;         /* factor on d; 1 unless a schedule lowers it           */
  double weight_decay;
  double beta1, beta2; /* of the means; those of d's sums have the root of beta2 */
  double epsilon;
  double first_d;      /* d before the first step: small, 1e-6                  */
} GsProdigy;

#define GS_PRODIGY_DEFAULT ((GsProdigy) { 1, 0, 0.9, 0.999, 1e-8, 1e-6 })

/* Arrays of the parameters' sizes. */
typedef struct
{
  GsFloatArray *start;         /* the parameters before the first step */
  GsFloatArray *first, *second; /* running means, begin as zeros       */
  GsFloatArray *sum;           /* s, begins as zeros                   */
  double        product;       /* r, begins as 0                       */
  double        d;             /* begins as first_d                    */
} GsProdigyState;

/* One step over all parameters: changes parameters and state by the gradients. */
void gs_prodigy_step (const GsProdigy *prodigy, GsProdigyState *state,
                      const GsFloatArray *gradients, const GsFloatArray *parameters,
                      guint n_arrays);

G_END_DECLS
