/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DPM++ SDE: a stochastic DPM-Solver++ with two evaluations and two draws of noise a step.
 * k-diffusion's sample_dpmpp_sde. There the two draws are parts of one Brownian path; here they are
 * independent, which leaves the distribution of each as it is, but not the picture of a seed. */
#include "sample/sampler-class.h"

#include <math.h>

/* x to sigma_to, with x0 in `estimate`, noise included. */
static gboolean
noisy_step (GsSampler *sampler, float *out, const float *x, const float *estimate, double sigma,
            double sigma_to, GError **error)
{
  const GsSamplerOptions *options = &sampler->options;
  double down, up;

  gs_ancestral_step (sigma, sigma_to, options->eta, &down, &up);
  if (!gs_sampler_draw (sampler, error))
    return FALSE;
  gs_combine (out, sampler->n, { down / sigma, x }, { 1.0 - down / sigma, estimate },
              { options->s_noise * up, sampler->noise });
  return TRUE;
}

static gboolean
step (GsSampler *sampler, guint i, float *x, GError **error)
{
  double sigma = sampler->times->sigmas[i], sigma_to = sampler->times->sigmas[i + 1];
  double ratio = sampler->options.midpoint_ratio, second;
  double middle;
  float *half_way = sampler->arrays[0], *estimate = sampler->arrays[1];

  if (!gs_sampler_evaluate (sampler, x, gs_sampler_point (sampler, i), error))
    return FALSE;
  if (sigma_to == 0.0)
    {
      gs_sampler_euler (sampler, x, x, sigma, 0.0);
      return TRUE;
    }

  middle = exp ((1.0 - ratio) * log (sigma) + ratio * log (sigma_to));
  second = 1.0 / (2.0 * ratio);
  gs_combine (estimate, sampler->n, { 1.0 - second, sampler->x0 });
  if (!noisy_step (sampler, half_way, x, sampler->x0, sigma, middle, error) ||
      !gs_sampler_evaluate (sampler, half_way, gs_sampler_point_at_sigma (sampler, middle), error))
    return FALSE;
  gs_combine (estimate, sampler->n, { 1.0, estimate }, { second, sampler->x0 });
  return noisy_step (sampler, x, x, estimate, sigma, sigma_to, error);
}

const GsSamplerClass gs_sampler_dpmpp_sde = {
  .name = { "dpmpp-sde", "DPM++ SDE", 2, TRUE, TRUE },
  .n_arrays = 2,
  .automatic = GS_SIGMAS_KARRAS,
  .step = step,
  .count = gs_sampler_count_two_stage,
};
