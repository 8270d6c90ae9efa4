/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DPM++ singlestep: groups of up to three evaluations, each group one step of its order from where
 * it began. Lu et al., "DPM-Solver++" (2022); diffusers' DPMSolverSinglestepScheduler. */
#include "sample/dpmpp-weights.h"
#include "sample/sampler-class.h"

#include <string.h>

#define MAX_ORDER 3

/* The order of the update that ends at step i: 1, 2, 3, 1, 2, 3 ..., with what is left over at the
 * end done in lower orders. */
static guint
order_at (const GsSampler *sampler, guint i)
{
  const GsSamplerOptions *options = &sampler->options;
  guint n = sampler->times->n;
  guint order = CLAMP (options->order, 1, MAX_ORDER);
  gboolean ends_at_zero = sampler->times->sigmas[n] == 0.0;
  /* Groups that cannot be filled, or that would divide by zero, need the lower orders too. */
  gboolean lower = options->lower_order_final || n % order != 0 || ends_at_zero;
  guint whole = n;

  if (i + 1 == n && ends_at_zero)
    return 1;
  if (lower && order == 3)
    whole = n % 3 == 0 ? n - 3 : n - n % 3;
  else if (lower && order == 2)
    whole = n % 2 == 0 ? n - 2 : n - 1;
  if (i < whole)
    return i % order + 1;
  if (order == 3 && n % 3 == 0)
    return i + 1 == n ? 1 : i - whole + 1; /* 1, 2, 1 */
  return order == 2 ? 1 : i - whole + 1;   /* 1, 1 or 1, 2 */
}

/* Terms on the estimates, newest first, of the step from sigmas[i + 1 - order] to sigmas[i + 1]. */
static guint
collect_terms (const GsSampler *sampler, guint i, guint order, const GsDpmWeights *w, GsTerm *terms)
{
  const double *sigmas = sampler->times->sigmas;
  float *const *m = sampler->arrays;
  gboolean heun = sampler->options.solver == GS_SOLVER_HEUN;
  double start = sigmas[i + 1 - order];
  double h = gs_log_step (start, sigmas[i + 1]);
  double r0, r1, near, far;

  terms[0] = (GsTerm) { w->first, m[order - 1] };
  if (order == 1)
    return 1;

  r0 = gs_log_step (start, sigmas[i]) / h;
  if (order == 2)
    {
      near = (heun ? w->second_heun : w->second_midpoint) / r0;
      far = 0.0;
    }
  else
    {
      r1 = gs_log_step (start, sigmas[i - 1]) / h;
      if (heun)
        {
          /* D1 = (r0 s1 - r1 s0) / (r0 - r1), D2 = 2 (s0 - s1) / (r0 - r1) of the slopes
           * s0 = (m0 - m2) / r0 and s1 = (m1 - m2) / r1 */
          near = (-w->second_heun * r1 + 2.0 * w->third) / (r0 - r1) / r0;
          far = (w->second_heun * r0 - 2.0 * w->third) / (r0 - r1) / r1;
        }
      else
        {
          near = w->second_heun / r0;
          far = 0.0;
        }
    }
  terms[1] = (GsTerm) { near, m[0] };
  terms[2] = (GsTerm) { far, m[1] };
  terms[3] = (GsTerm) { -near - far, m[order - 1] };
  return 4;
}

/* A group can begin late (denoising strength), and equal levels have no slope. */
static guint
possible_order (const GsSampler *sampler, guint i)
{
  const double *sigmas = sampler->times->sigmas;
  guint order = MIN (order_at (sampler, i), gs_sampler_age (sampler, i) + 1);

  for (guint k = 0; k < order; k++)
    if (!(sigmas[i - k] > sigmas[i - k + 1]))
      return 1;
  return order;
}

static gboolean
step (GsSampler *sampler, guint i, float *x, GError **error)
{
  const double *sigmas = sampler->times->sigmas;
  double eta = sampler->klass->name.draws_noise ? sampler->options.eta : 0.0;
  guint order = possible_order (sampler, i);
  GsPoint point = gs_sampler_point (sampler, i);
  double scale = gs_sampler_point_at_sigma (sampler, sigmas[i + 1]).signal;
  GsDpmWeights w = gs_dpm_weights (&sampler->options, sigmas[i + 1 - order], sigmas[i + 1], eta);
  float *begun = sampler->arrays[MAX_ORDER];
  float *estimate;
  GsTerm terms[6];
  guint n_terms;

  if (!gs_sampler_evaluate (sampler, x, point, error) ||
      (eta > 0.0 && !gs_sampler_draw (sampler, error)))
    return FALSE;
  estimate = gs_sampler_push (sampler, MAX_ORDER);
  if (sampler->options.predict_noise)
    gs_sampler_predicted_noise (sampler, x, point, estimate);
  else
    memcpy (estimate, sampler->x0, sampler->n * sizeof (float));
  if (order == 1) /* kept as x0 + sigma n */
    gs_combine (begun, sampler->n, { 1.0 / point.signal, x });

  n_terms = collect_terms (sampler, i, order, &w, terms);
  terms[n_terms++] = (GsTerm) { w.x, begun };
  if (eta > 0.0)
    terms[n_terms++] = (GsTerm) { w.noise, sampler->noise };
  for (guint k = 0; k < n_terms; k++)
    terms[k].weight *= scale;
  gs_combine_terms (x, sampler->n, terms, n_terms);
  return TRUE;
}

const GsSamplerClass gs_sampler_dpmpp_singlestep = {
  .name = { "dpmpp-2s", "DPM++ 2S", 1, FALSE, TRUE },
  .n_arrays = MAX_ORDER + 1,
  .step = step,
};

const GsSamplerClass gs_sampler_dpmpp_singlestep_sde = {
  .name = { "dpmpp-2s-sde", "DPM++ 2S SDE", 1, TRUE, TRUE },
  .n_arrays = MAX_ORDER + 1,
  .step = step,
};
