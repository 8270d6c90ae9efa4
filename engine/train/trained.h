/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parameters that are trained, as floats on the host: one array of all of them, with an optimizer's
 * moments and the gradients in arrays of the same order, so that what looks at all of them (clipping,
 * an optimizer's norms, an average) has one loop.
 */
#pragma once

#include "train/adamw.h"
#include "train/learning-rate.h"
#include "train/loss-scale.h"
#include "train/prodigy.h"

#include "io/stored-tensor.h"

G_BEGIN_DECLS

/* A tensor among them. */
typedef struct
{
  char   *name;      /* the graph's input                              */
  gsize   first, n;  /* where in the arrays                            */
  guint   n_dims;
  guint64 dims[4];   /* as files have it                               */
  double  rate;      /* times the optimizer's rate                     */
} GsTrainedTensor;

typedef struct
{
  GArray *tensors;   /* GsTrainedTensor */
  gsize   n;         /* of all          */
  float  *values, *gradients;
  GsAdamWMoments moments;
  float  *start, *sum; /* Prodigy's; else NULL              */
  double  product, d;
  float  *mean;        /* running mean of values, or NULL   */
  GsLossScale scale;   /* the gradients are so many times what they should be, until they are used */
} GsTrained;

/* How gradients change parameters. */
typedef struct
{
  gboolean       is_prodigy;
  double         rate, weight_decay;
  GsRateSchedule schedule;
  double         clip;    /* of the gradients' length; 0: not clipped */
  double         average; /* kept of the mean in a step; 0: no mean   */
} GsTrainedRule;

GsTrained *gs_trained_new  (void);
void       gs_trained_free (GsTrained *trained);

/* Before gs_trained_allocate(). */
void       gs_trained_add  (GsTrained *trained, const char *name, const guint64 *dims,
                            guint n_dims, double rate);
/* Makes the arrays that the rule needs, all zeros. halfs: gradients come as such. */
void       gs_trained_allocate (GsTrained *trained, const GsTrainedRule *rule, gboolean halfs);
/* The values are those to begin with. */
void       gs_trained_begin    (GsTrained *trained);

/* What was learnt: the mean where there is one, else the values. */
const float *gs_trained_result (const GsTrained *trained);

static inline guint
gs_trained_n (const GsTrained *trained)
{
  return trained->tensors->len;
}

static inline const GsTrainedTensor *
gs_trained_tensor (const GsTrained *trained, guint i)
{
  return &g_array_index (trained->tensors, GsTrainedTensor, i);
}

/* Fills a tensor with uniform numbers in -limit .. limit that follow from the seed and its place. */
void       gs_trained_fill_uniform (GsTrained *trained, guint i, float limit, guint64 seed);

/* Optimizer step number 1, 2 ... by the gradients, which are changed. Gradients that are no numbers leave
 * the step out where that can happen (halfs); else it is FALSE, and nothing has changed. */
gboolean   gs_trained_step (GsTrained *trained, const GsTrainedRule *rule, guint64 step);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsTrained, gs_trained_free)

G_END_DECLS
