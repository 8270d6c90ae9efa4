/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DPM++ 2S ancestral: DPM-Solver++(2S) of Lu et al., "DPM-Solver++" (2022), down to sigma_down,
 * then noise. k-diffusion's sample_dpmpp_2s_ancestral. */
#include "sample/sampler-class.h"

#include <math.h>

static gboolean
step (GsSampler *sampler, guint i, float *x, GError **error)
{
  const GsSamplerOptions *options = &sampler->options;
  double sigma = sampler->times->sigmas[i], sigma_to = sampler->times->sigmas[i + 1];
  double down, up;

  gs_ancestral_step (sigma, sigma_to, options->eta, &down, &up);
  if (!gs_sampler_evaluate (sampler, x, gs_sampler_point (sampler, i), error))
    return FALSE;
  if (down > 0.0)
    {
      double middle = sqrt (sigma * down);
      float *half_way = sampler->arrays[0];

      gs_sampler_approach (sampler, half_way, x, sigma, middle);
      if (!gs_sampler_evaluate (sampler, half_way, gs_sampler_point_at_sigma (sampler, middle),
                                error))
        return FALSE;
    }
  /* Exact for a constant x0. */
  gs_sampler_approach (sampler, x, x, sigma, down);
  if (sigma_to > 0.0)
    {
      if (!gs_sampler_draw (sampler, error))
        return FALSE;
      gs_combine (x, sampler->n, { 1.0, x }, { options->s_noise * up, sampler->noise });
    }
  return TRUE;
}

const GsSamplerClass gs_sampler_dpmpp_2s_ancestral = {
  .name = { "dpmpp-2s-a", "DPM++ 2S a", 2, TRUE, TRUE },
  .n_arrays = 1,
  .automatic = GS_SIGMAS_KARRAS,
  .step = step,
  .count = gs_sampler_count_ancestral,
};
