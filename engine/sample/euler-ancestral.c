/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Euler ancestral: an Euler step further down than asked, then fresh noise up to the level asked
 * for. k-diffusion's sample_euler_ancestral. */
#include "sample/sampler-class.h"

static gboolean
step (GsSampler *sampler, guint i, float *x, GError **error)
{
  const GsSamplerOptions *options = &sampler->options;
  double sigma = sampler->times->sigmas[i], sigma_to = sampler->times->sigmas[i + 1];
  double down, up;

  gs_ancestral_step (sigma, sigma_to, options->eta, &down, &up);
  if (!gs_sampler_evaluate (sampler, x, gs_sampler_point (sampler, i), error))
    return FALSE;
  gs_sampler_euler (sampler, x, x, sigma, down);
  if (sigma_to > 0.0 || options->noise_at_end)
    {
      if (!gs_sampler_draw (sampler, error))
        return FALSE;
      gs_combine (x, sampler->n, { 1.0, x }, { options->s_noise * up, sampler->noise });
    }
  return TRUE;
}

const GsSamplerClass gs_sampler_euler_ancestral = {
  .name = { "euler-a", "Euler a", 1, TRUE, TRUE },
  .step = step,
};
