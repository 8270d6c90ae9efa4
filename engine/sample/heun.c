/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heun: an Euler step, a second look from where it leads, and the mean of both slopes.
 * Algorithm 2 of Karras et al. 2022; k-diffusion's sample_heun. */
#include "sample/sampler-class.h"

static gboolean
step (GsSampler *sampler, guint i, float *x, GError **error)
{
  gsize n = sampler->n;
  double sigma_to = sampler->times->sigmas[i + 1];
  double sigma, half;
  float *slope = sampler->arrays[0], *ahead = sampler->arrays[1];
  GsPoint point;

  if (!gs_sampler_churn (sampler, i, x, &sigma, error))
    return FALSE;
  point = gs_sampler_point (sampler, i);
  if (sigma > sampler->times->sigmas[i])
    point = gs_sampler_point_at_sigma (sampler, sigma);
  if (!gs_sampler_evaluate (sampler, x, point, error))
    return FALSE;
  if (sigma_to == 0.0)
    {
      gs_sampler_euler (sampler, x, x, sigma, 0.0);
      return TRUE;
    }

  gs_combine (slope, n, { 1.0 / sigma, x }, { -1.0 / sigma, sampler->x0 });
  gs_sampler_euler (sampler, ahead, x, sigma, sigma_to);
  point = i + 1 < sampler->times->n ? gs_sampler_point (sampler, i + 1)
                                    : gs_sampler_point_at_sigma (sampler, sigma_to);
  if (!gs_sampler_evaluate (sampler, ahead, point, error))
    return FALSE;
  half = 0.5 * (sigma_to - sigma);
  gs_combine (x, n, { 1.0, x }, { half, slope }, { half / sigma_to, ahead },
              { -half / sigma_to, sampler->x0 });
  return TRUE;
}

const GsSamplerClass gs_sampler_heun = {
  .name = { "heun", "Heun", 2, FALSE, TRUE },
  .n_arrays = 2,
  .step = step,
  .count = gs_sampler_count_two_stage,
};
