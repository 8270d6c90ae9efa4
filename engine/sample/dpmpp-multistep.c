/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DPM++ 2M, 2M SDE and 3M SDE: one evaluation a step, the slope from the estimates before.
 *
 * Lu et al., "DPM-Solver++" (2022); k-diffusion's sample_dpmpp_2m, sample_dpmpp_2m_sde,
 * sample_dpmpp_3m_sde, and diffusers' DPMSolverMultistepScheduler, which differ in when they fall
 * back to a lower order. */
#include "sample/dpmpp-weights.h"
#include "sample/sampler-class.h"

#include <string.h>

#define MAX_ORDER 3

static guint
wanted_order (const GsSampler *sampler, guint i)
{
  const GsSamplerOptions *options = &sampler->options;
  guint n = sampler->times->n;
  guint order = CLAMP (options->order, 1, MAX_ORDER);
  gboolean lower = options->lower_order_final && n < 15;

  if (sampler->times->sigmas[i + 1] == 0.0)
    return 1;
  if (options->k_diffusion_order)
    return order;
  if (i + 1 == n && (options->euler_at_final || lower))
    return 1;
  if (i + 2 == n && lower)
    return MIN (order, 2);
  return order;
}

/* The wanted order, less where there is no history yet or where two levels are equal. */
static guint
possible_order (const GsSampler *sampler, guint i)
{
  const double *sigmas = sampler->times->sigmas;
  guint most = MIN (wanted_order (sampler, i), gs_sampler_age (sampler, i) + 1);
  guint order = 1;

  if (sigmas[i + 1] >= sigmas[i])
    return 1;
  while (order < most && sigmas[i - order] > sigmas[i - order + 1])
    order++;
  return order;
}

/* What D1 = (D0 - m1) / r0 and D2 of three unequal steps mean for the estimates m0, m1, m2
 * themselves. */
static guint
collect_terms (const GsSampler *sampler, guint i, guint order, const GsDpmWeights *w, GsTerm *terms)
{
  const double *sigmas = sampler->times->sigmas;
  const GsSamplerOptions *options = &sampler->options;
  float *const *m = sampler->arrays;
  double h = gs_log_step (sigmas[i], sigmas[i + 1]);
  double r0, r1, slope, curve;

  terms[0] = (GsTerm) { w->first, m[0] };
  if (order == 1)
    return 1;

  r0 = gs_log_step (sigmas[i - 1], sigmas[i]) / h;
  if (order == 2)
    {
      gboolean heun =
        options->solver == GS_SOLVER_HEUN || (options->k_diffusion_order && options->order > 2);
      double second = (heun ? w->second_heun : w->second_midpoint) / r0;

      terms[1] = (GsTerm) { second, m[0] };
      terms[2] = (GsTerm) { -second, m[1] };
      return 3;
    }

  r1 = gs_log_step (sigmas[i - 2], sigmas[i - 1]) / h;
  /* D1 = s0 + (s0 - s1) r0 / (r0 + r1), D2 = (s0 - s1) / (r0 + r1) of the slopes
   * s0 = (m0 - m1) / r0, s1 = (m1 - m2) / r1 */
  curve = (w->second_heun * r0 + w->third) / (r0 + r1);
  slope = (w->second_heun + curve) / r0;
  curve /= r1;
  terms[1] = (GsTerm) { slope, m[0] };
  terms[2] = (GsTerm) { -slope - curve, m[1] };
  terms[3] = (GsTerm) { curve, m[2] };
  return 4;
}

static void
remember_estimate (GsSampler *sampler, const float *x, GsPoint point)
{
  float *estimate = gs_sampler_push (sampler, MAX_ORDER);

  if (!sampler->options.predict_noise)
    memcpy (estimate, sampler->x0, sampler->n * sizeof (float));
  else if (sampler->options.threshold_x0)
    gs_combine (estimate, sampler->n, { 1.0 / point.noise, x },
                { -point.signal / point.noise, sampler->x0 });
  else
    gs_sampler_predicted_noise (sampler, x, point, estimate);
}

static gboolean
multistep (GsSampler *sampler, guint i, float *x, double eta, GError **error)
{
  const double *sigmas = sampler->times->sigmas;
  GsPoint point = gs_sampler_point (sampler, i);
  double scale = gs_sampler_point_at_sigma (sampler, sigmas[i + 1]).signal;
  GsDpmWeights w = gs_dpm_weights (&sampler->options, sigmas[i], sigmas[i + 1], eta);
  gboolean draw = eta > 0.0 && (sigmas[i + 1] > 0.0 || sampler->options.noise_at_end);
  GsTerm terms[6];
  guint n_terms;

  if (!gs_sampler_evaluate (sampler, x, point, error) ||
      (draw && !gs_sampler_draw (sampler, error)))
    return FALSE;
  remember_estimate (sampler, x, point);
  n_terms = collect_terms (sampler, i, possible_order (sampler, i), &w, terms);
  terms[n_terms++] = (GsTerm) { w.x / point.signal, x };
  if (draw)
    terms[n_terms++] = (GsTerm) { w.noise, sampler->noise };
  for (guint k = 0; k < n_terms; k++)
    terms[k].weight *= scale;
  gs_combine_terms (x, sampler->n, terms, n_terms);
  return TRUE;
}

static gboolean
step (GsSampler *sampler, guint i, float *x, GError **error)
{
  return multistep (sampler, i, x, 0.0, error);
}

static gboolean
sde_step (GsSampler *sampler, guint i, float *x, GError **error)
{
  return multistep (sampler, i, x, sampler->options.eta, error);
}

const GsSamplerClass gs_sampler_dpmpp_2m = {
  .name = { "dpmpp-2m", "DPM++ 2M", 1, FALSE, TRUE },
  .n_arrays = MAX_ORDER,
  .automatic = GS_SIGMAS_KARRAS,
  .step = step,
};

const GsSamplerClass gs_sampler_dpmpp_2m_sde = {
  .name = { "dpmpp-2m-sde", "DPM++ 2M SDE", 1, TRUE, TRUE },
  .n_arrays = MAX_ORDER,
  .automatic = GS_SIGMAS_EXPONENTIAL,
  .step = sde_step,
};

const GsSamplerClass gs_sampler_dpmpp_2m_sde_heun = {
  .name = { "dpmpp-2m-sde-heun", "DPM++ 2M SDE Heun", 1, TRUE, TRUE },
  .n_arrays = MAX_ORDER,
  .automatic = GS_SIGMAS_EXPONENTIAL,
  .step = sde_step,
};

const GsSamplerClass gs_sampler_dpmpp_3m_sde = {
  .name = { "dpmpp-3m-sde", "DPM++ 3M SDE", 1, TRUE, TRUE },
  .n_arrays = MAX_ORDER,
  .automatic = GS_SIGMAS_EXPONENTIAL,
  .drop_penultimate = TRUE,
  .step = sde_step,
};
