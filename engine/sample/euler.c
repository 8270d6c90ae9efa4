/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Euler: one evaluation, then a straight line to the next noise level.
 * Algorithm 2 of Karras et al. 2022 without its second half; k-diffusion's sample_euler. */
#include "sample/sampler-class.h"

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
  gs_sampler_euler (sampler, x, x, sigma, sigma_to);
  return TRUE;
}

const GsSamplerClass gs_sampler_euler_plain = {
  .name = { "euler", "Euler", 1, FALSE, TRUE },
  .step = step,
};
