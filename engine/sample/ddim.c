/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DDIM: Song et al., "Denoising Diffusion Implicit Models" (2020), equation 12; eta 0 is
 * deterministic, eta 1 is DDPM. Timesteps are those of training, as in diffusers' DDIMScheduler. */
#include "sample/sampler-class.h"

#include <math.h>

static gboolean
step (GsSampler *sampler, guint i, float *x, GError **error)
{
  double eta = sampler->options.eta;
  GsPoint point = gs_sampler_point (sampler, i);
  double from = point.signal * point.signal, to = sampler->times->targets[i];
  double ratio = to > 0.0 ? from / to : 0.0;
  double variance = (1.0 - to) / MAX (1.0 - from, 1e-12) * (1.0 - ratio);
  double deviation = eta * sqrt (MAX (variance, 0.0));
  double direction = sqrt (MAX (1.0 - to - deviation * deviation, 0.0));
  float *noise = sampler->arrays[0];

  if (!gs_sampler_evaluate (sampler, x, point, error))
    return FALSE;
  gs_sampler_predicted_noise (sampler, x, point, noise);
  gs_combine (x, sampler->n, { sqrt (to), sampler->x0 }, { direction, noise });
  if (eta > 0.0)
    {
      if (!gs_sampler_draw (sampler, error))
        return FALSE;
      gs_combine (x, sampler->n, { 1.0, x },
                  { deviation * sampler->options.s_noise, sampler->noise });
    }
  return TRUE;
}

const GsSamplerClass gs_sampler_ddim = {
  .name = { "ddim", "DDIM", 1, FALSE, FALSE },
  .noise_by_eta = TRUE,
  .n_arrays = 1,
  .step = step,
};
