/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LCM: Luo et al., "Latent Consistency Models" (2023), algorithm 3. The model was distilled to see
 * the end of the path at once; each step looks, then noises back to the next timestep. diffusers'
 * LCMScheduler. */
#include "sample/sampler-class.h"

#include <math.h>
#include <string.h>

#define SIGMA_DATA 0.5

static gboolean
step (GsSampler *sampler, guint i, float *x, GError **error)
{
  GsPoint point = gs_sampler_point (sampler, i);
  double scaled = point.timestep * sampler->options.timestep_scaling;
  double power = scaled * scaled + SIGMA_DATA * SIGMA_DATA;
  float *denoised = sampler->arrays[0];

  if (!gs_sampler_evaluate (sampler, x, point, error))
    return FALSE;
  gs_combine (denoised, sampler->n, { scaled / sqrt (power), sampler->x0 },
              { SIGMA_DATA * SIGMA_DATA / power, x });
  sampler->estimate = denoised;
  if (i + 1 == sampler->times->n)
    {
      memcpy (x, denoised, sampler->n * sizeof (float));
      return TRUE;
    }
  if (!gs_sampler_draw (sampler, error))
    return FALSE;
  point = gs_sampler_point (sampler, i + 1);
  gs_combine (x, sampler->n, { point.signal, denoised }, { point.noise, sampler->noise });
  return TRUE;
}

const GsSamplerClass gs_sampler_lcm = {
  .name = { "lcm", "LCM", 1, TRUE, FALSE },
  .n_arrays = 1,
  .step = step,
};
