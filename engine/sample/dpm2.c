/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DPM2 and DPM2 ancestral: the slope half way, in log sigma, carries the whole step.
 * DPM-Solver-2 of Lu et al., "DPM-Solver" (2022), in the sigmas of Karras et al.; k-diffusion's
 * sample_dpm_2 and sample_dpm_2_ancestral. */
#include "sample/sampler-class.h"

#include <math.h>

/* From sigma to sigma_to by the slope in between; x0 of (x, sigma) is at hand. */
static gboolean
midpoint_step (GsSampler *sampler, float *x, double sigma, double sigma_to, GError **error)
{
  double middle = sqrt (sigma * sigma_to);
  double slope = (sigma_to - sigma) / middle;
  float *half_way = sampler->arrays[0];

  gs_sampler_euler (sampler, half_way, x, sigma, middle);
  if (!gs_sampler_evaluate (sampler, half_way, gs_sampler_point_at_sigma (sampler, middle), error))
    return FALSE;
  gs_combine (x, sampler->n, { 1.0, x }, { slope, half_way }, { -slope, sampler->x0 });
  return TRUE;
}

static gboolean
step (GsSampler *sampler, guint i, float *x, GError **error)
{
  double sigma_to = sampler->times->sigmas[i + 1];
  double sigma;
  GsPoint point;

  if (!gs_sampler_churn (sampler, i, x, &sigma, error))
    return FALSE;
  point = gs_sampler_point (sampler, i);
  if (sigma > sampler->times->sigmas[i])
    point = gs_sampler_point_at_sigma (sampler, sigma);
  if (!gs_sampler_evaluate (sampler, x, point, error))
    return FALSE;
  if (sigma_to > 0.0)
    return midpoint_step (sampler, x, sigma, sigma_to, error);
  gs_sampler_euler (sampler, x, x, sigma, 0.0);
  return TRUE;
}

static gboolean
ancestral_step (GsSampler *sampler, guint i, float *x, GError **error)
{
  const GsSamplerOptions *options = &sampler->options;
  double sigma = sampler->times->sigmas[i], sigma_to = sampler->times->sigmas[i + 1];
  double down, up;

  gs_ancestral_step (sigma, sigma_to, options->eta, &down, &up);
  if (!gs_sampler_evaluate (sampler, x, gs_sampler_point (sampler, i), error))
    return FALSE;
  if (down == 0.0)
    {
      gs_sampler_euler (sampler, x, x, sigma, 0.0);
      return TRUE;
    }
  if (!midpoint_step (sampler, x, sigma, down, error) || !gs_sampler_draw (sampler, error))
    return FALSE;
  gs_combine (x, sampler->n, { 1.0, x }, { options->s_noise * up, sampler->noise });
  return TRUE;
}

const GsSamplerClass gs_sampler_dpm2 = {
  .name = { "dpm2", "DPM2", 2, FALSE, TRUE },
  .n_arrays = 1,
  .automatic = GS_SIGMAS_KARRAS,
  .drop_penultimate = TRUE,
  .step = step,
  .count = gs_sampler_count_two_stage,
};

const GsSamplerClass gs_sampler_dpm2_ancestral = {
  .name = { "dpm2-a", "DPM2 a", 2, TRUE, TRUE },
  .n_arrays = 1,
  .automatic = GS_SIGMAS_KARRAS,
  .drop_penultimate = TRUE,
  .step = ancestral_step,
  .count = gs_sampler_count_ancestral,
};
