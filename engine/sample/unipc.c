/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UniPC: Zhao et al., "UniPC: A Unified Predictor-Corrector Framework" (2023), algorithms 1 and 2
 * in multistep form. The evaluation at the end of a step first corrects that step, then predicts
 * the next. diffusers' UniPCMultistepScheduler. */
#include "sample/dpmpp-weights.h"
#include "sample/sampler-class.h"

#include <math.h>
#include <string.h>

#define MAX_ORDER 3
#define LAST_SAMPLE MAX_ORDER
#define NEW_ESTIMATE (MAX_ORDER + 1)

/* One step in x0 + sigma n:  x' = kept * x - gain * m0 - bend * (weighted differences of
 * estimates). */
typedef struct
{
  double h;    /* step of -log sigma; 0: nothing to do */
  double kept;
  double gain;
  double bend; /* B(h) of the paper */
  double moments[MAX_ORDER]; /* the right side of its equation 5 */
} Step;

static Step
measure_step (const GsSamplerOptions *options, double sigma, double sigma_to)
{
  Step step = { .h = gs_log_step (sigma, sigma_to), .kept = 1.0, .gain = sigma - sigma_to };
  double hh = options->predict_noise ? step.h : -step.h;
  double growth = expm1 (hh), unit = options->predict_noise ? sigma_to : 1.0;
  double phi, factorial = 1.0;

  if (!options->predict_noise)
    {
      step.kept = sigma_to / sigma;
      step.gain = growth;
    }
  step.bend = options->solver == GS_SOLVER_BH1 ? unit * hh : step.gain;
  if (isinf (step.h) || step.h <= 0.0)
    return step;

  phi = growth / hh - 1.0;
  for (guint k = 0; k < MAX_ORDER; k++)
    {
      step.moments[k] = phi * factorial * unit / step.bend;
      factorial *= k + 2;
      phi = phi / hh - 1.0 / factorial;
    }
  return step;
}

/* Solves sum_k places[k]^j weights[k] = moments[j], j = 0 .. n - 1, by pivoted elimination. */
static void
solve_weights (const double *places, const double *moments, guint n, double *weights)
{
  double rows[MAX_ORDER][MAX_ORDER + 1];

  for (guint j = 0; j < n; j++)
    {
      for (guint k = 0; k < n; k++)
        rows[j][k] = pow (places[k], j);
      rows[j][n] = moments[j];
    }
  for (guint column = 0; column < n; column++)
    {
      guint pivot = column;

      for (guint j = column + 1; j < n; j++)
        if (fabs (rows[j][column]) > fabs (rows[pivot][column]))
          pivot = j;
      for (guint k = 0; k <= n; k++)
        {
          double swapped = rows[pivot][k];

          rows[pivot][k] = rows[column][k];
          rows[column][k] = swapped;
        }
      for (guint j = column + 1; j < n; j++)
        {
          double factor = rows[j][column] / rows[column][column];

          for (guint k = column; k <= n; k++)
            rows[j][k] -= factor * rows[column][k];
        }
    }
  for (guint j = n; j-- > 0;)
    {
      weights[j] = rows[j][n];
      for (guint k = j + 1; k < n; k++)
        weights[j] -= rows[j][k] * weights[k];
      weights[j] /= rows[j][j];
    }
}

/* The order in which step i is predicted, and corrected afterwards. */
static guint
order_of (const GsSampler *sampler, guint i)
{
  const double *sigmas = sampler->times->sigmas;
  guint most = CLAMP (sampler->options.order, 1, MAX_ORDER);
  guint order = 1;

  if (sampler->options.lower_order_final)
    most = MIN (most, sampler->times->n - i);
  if (sigmas[i + 1] == 0.0)
    most = 1;
  most = MIN (most, gs_sampler_age (sampler, i) + 1);
  while (order < most && sigmas[i - order] > sigmas[i - order + 1])
    order++;
  return order;
}

/* Where the estimates before m0 lie, in steps of h from the start of step i. */
static void
find_places (const double *sigmas, guint i, guint order, double h, double *places)
{
  for (guint k = 1; k < order; k++)
    places[k - 1] = gs_log_step (sigmas[i], sigmas[i - k]) / h;
}

/* out: x after step i. estimates[0] is m0; newest, if not NULL, is the estimate at the end of the
 * step. */
static void
take_step (GsSampler *sampler, guint i, float *out, const float *x, const float *newest)
{
  const double *sigmas = sampler->times->sigmas;
  Step step = measure_step (&sampler->options, sigmas[i], sigmas[i + 1]);
  guint order = order_of (sampler, i);
  double from = gs_sampler_point_at_sigma (sampler, sigmas[i]).signal;
  double to = gs_sampler_point_at_sigma (sampler, sigmas[i + 1]).signal;
  double places[MAX_ORDER], weights[MAX_ORDER] = { 0.5 };
  GsTerm terms[MAX_ORDER + 3];
  double on_m0 = -step.gain;
  guint n_terms = 0;

  find_places (sigmas, i, order, step.h, places);
  if (newest != NULL)
    {
      places[order - 1] = 1.0;
      if (order > 1)
        solve_weights (places, step.moments, order, weights);
      terms[n_terms++] = (GsTerm) { -step.bend * weights[order - 1], newest };
      on_m0 += step.bend * weights[order - 1];
    }
  else if (order > 2)
    solve_weights (places, step.moments, order - 1, weights);

  for (guint k = 0; k + 1 < order; k++)
    {
      double weight = step.bend * weights[k] / places[k];

      terms[n_terms++] = (GsTerm) { -weight, sampler->arrays[k + 1] };
      on_m0 += weight;
    }
  terms[n_terms++] = (GsTerm) { on_m0, sampler->arrays[0] };
  terms[n_terms++] = (GsTerm) { step.kept / from, x };
  for (guint k = 0; k < n_terms; k++)
    terms[k].weight *= to;
  gs_combine_terms (out, sampler->n, terms, n_terms);
}

static gboolean
corrects (const GsSampler *sampler, guint i)
{
  const double *sigmas = sampler->times->sigmas;

  if (gs_sampler_age (sampler, i) == 0 || sigmas[i] >= sigmas[i - 1])
    return FALSE;
  return (sampler->options.no_corrector[(i - 1) / 32] >> ((i - 1) % 32) & 1) == 0;
}

static gboolean
step (GsSampler *sampler, guint i, float *x, GError **error)
{
  const double *sigmas = sampler->times->sigmas;
  gsize bytes = sampler->n * sizeof (float);
  GsPoint point = gs_sampler_point (sampler, i);
  float *newest = sampler->arrays[NEW_ESTIMATE];
  float *last_sample = sampler->arrays[LAST_SAMPLE];

  if (!gs_sampler_evaluate (sampler, x, point, error))
    return FALSE;
  if (sampler->options.predict_noise)
    gs_sampler_predicted_noise (sampler, x, point, newest);
  else
    memcpy (newest, sampler->x0, bytes);
  if (corrects (sampler, i))
    take_step (sampler, i - 1, x, last_sample, newest);

  memcpy (gs_sampler_push (sampler, MAX_ORDER), newest, bytes);
  memcpy (last_sample, x, bytes);
  if (sigmas[i + 1] < sigmas[i])
    take_step (sampler, i, x, x, NULL);
  return TRUE;
}

const GsSamplerClass gs_sampler_unipc = {
  .name = { "unipc", "UniPC", 1, FALSE, TRUE },
  .n_arrays = MAX_ORDER + 2,
  .step = step,
};
