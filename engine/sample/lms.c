/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LMS: a linear multistep method, Adams-Bashforth on unequal steps of sigma.
 * The last slopes are joined by a polynomial and that is integrated to the next level;
 * k-diffusion's sample_lms. */
#include "sample/sampler-class.h"

#include <math.h>

#define MAX_ORDER 4

/* The integral from sigmas[i] to sigmas[i + 1] of the Lagrange polynomial that is 1 at sigmas[i -
 * j] and 0 at the other nodes. Its degree is at most 3: two Gauss-Legendre points integrate it
 * exactly. */
static double
coefficient (const double *sigmas, guint i, guint order, guint j)
{
  double centre = 0.5 * (sigmas[i] + sigmas[i + 1]);
  double half = 0.5 * (sigmas[i + 1] - sigmas[i]);
  double sum = 0.0;

  for (int side = -1; side <= 1; side += 2)
    {
      double tau = centre + side * half / sqrt (3.0);
      double product = 1.0;

      for (guint k = 0; k < order; k++)
        if (k != j)
          product *= (tau - sigmas[i - k]) / (sigmas[i - j] - sigmas[i - k]);
      sum += product;
    }
  return half * sum;
}

/* Equal levels leave no polynomial through them. */
static guint
usable_order (const GsSampler *sampler, guint i)
{
  guint most = MIN (CLAMP (sampler->options.order, 1, MAX_ORDER), gs_sampler_age (sampler, i) + 1);
  guint order = 1;

  while (order < most && sampler->times->sigmas[i - order] > sampler->times->sigmas[i - order + 1])
    order++;
  return order;
}

static gboolean
step (GsSampler *sampler, guint i, float *x, GError **error)
{
  const double *sigmas = sampler->times->sigmas;
  guint order = usable_order (sampler, i);
  GsTerm terms[MAX_ORDER + 1] = { { 1.0, x } };
  float *slope;

  if (!gs_sampler_evaluate (sampler, x, gs_sampler_point (sampler, i), error))
    return FALSE;
  slope = gs_sampler_push (sampler, MAX_ORDER);
  gs_combine (slope, sampler->n, { 1.0 / sigmas[i], x }, { -1.0 / sigmas[i], sampler->x0 });
  for (guint j = 0; j < order; j++)
    terms[j + 1] = (GsTerm) { coefficient (sigmas, i, order, j), sampler->arrays[j] };
  gs_combine_terms (x, sampler->n, terms, order + 1);
  return TRUE;
}

const GsSamplerClass gs_sampler_lms = {
  .name = { "lms", "LMS", 1, FALSE, TRUE },
  .n_arrays = MAX_ORDER,
  .step = step,
};
