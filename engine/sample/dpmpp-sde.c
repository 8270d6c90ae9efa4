/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DPM++ SDE: a stochastic DPM-Solver++ with two evaluations and two draws of noise a step.
 *
 * k-diffusion's sample_dpmpp_sde. The noise of the whole step and of its first part belong to one
 * Brownian path, which k-diffusion takes from a torchsde tree; here the path is made of plain
 * normal draws, one for each part: the same distribution, though not the same picture from a seed.
 * With the two independent the pictures lose contrast (5 % at 60 steps). */
#include "sample/sampler-class.h"

#include <math.h>
#include <string.h>

/* x to sigma_to, with x0 in `estimate`, and sampler->noise added. */
static void
noisy_step (GsSampler *sampler, float *out, const float *x, const float *estimate, double sigma,
            double sigma_to)
{
  const GsSamplerOptions *options = &sampler->options;
  double down, up;

  gs_ancestral_step (sigma, sigma_to, options->eta, &down, &up);
  gs_combine (out, sampler->n, { down / sigma, x }, { 1.0 - down / sigma, estimate },
              { options->s_noise * up, sampler->noise });
}

/* The noise of the whole step: `first` is that of its part from sigma to middle. */
static gboolean
draw_rest (GsSampler *sampler, const float *first, double sigma, double middle, double sigma_to,
           GError **error)
{
  double share = (sigma - middle) / (sigma - sigma_to);

  if (!gs_sampler_draw (sampler, error))
    return FALSE;
  if (!sampler->options.separate_noise && sigma > sigma_to)
    gs_combine (sampler->noise, sampler->n, { sqrt (share), first },
                { sqrt (1.0 - share), sampler->noise });
  return TRUE;
}

static gboolean
step (GsSampler *sampler, guint i, float *x, GError **error)
{
  double sigma = sampler->times->sigmas[i], sigma_to = sampler->times->sigmas[i + 1];
  double ratio = sampler->options.midpoint_ratio, second;
  double middle;
  float *half_way = sampler->arrays[0], *estimate = sampler->arrays[1];
  float *first_noise = sampler->arrays[2];

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
  if (!gs_sampler_draw (sampler, error))
    return FALSE;
  noisy_step (sampler, half_way, x, sampler->x0, sigma, middle);
  memcpy (first_noise, sampler->noise, sampler->n * sizeof (float));
  if (!gs_sampler_evaluate (sampler, half_way, gs_sampler_point_at_sigma (sampler, middle),
                            error) ||
      !draw_rest (sampler, first_noise, sigma, middle, sigma_to, error))
    return FALSE;
  gs_combine (estimate, sampler->n, { 1.0, estimate }, { second, sampler->x0 });
  noisy_step (sampler, x, x, estimate, sigma, sigma_to);
  return TRUE;
}

const GsSamplerClass gs_sampler_dpmpp_sde = {
  .name = { "dpmpp-sde", "DPM++ SDE", 2, TRUE, TRUE },
  .n_arrays = 3,
  .automatic = GS_SIGMAS_KARRAS,
  .step = step,
  .count = gs_sampler_count_two_stage,
};
