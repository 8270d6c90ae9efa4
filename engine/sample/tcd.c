/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCD: Zheng et al., "Trajectory Consistency Distillation" (2024). Each step jumps below the next
 * timestep, to (1 - gamma) of it, and noises back; gamma is options.eta. As diffusers'
 * TCDScheduler. */
#include "sample/sampler-class.h"

#include <math.h>
#include <string.h>

static gboolean
step (GsSampler *sampler, guint i, float *x, GError **error)
{
  const GsTimetable *times = sampler->times;
  double eta = sampler->options.eta;
  gboolean last = i + 1 == times->n;
  double t_to = last ? 0.0 : times->timesteps[i + 1];
  /* In float, as torch multiplies: it decides which way a whole number falls. */
  gint t_below = (gint) floorf ((float) (1.0 - eta) * (float) t_to);
  double to = gs_schedule_alpha_cumprod (sampler->schedule, (gint) t_to, 1.0);
  double below = gs_schedule_alpha_cumprod (sampler->schedule, t_below, 1.0);
  GsPoint point = gs_sampler_point (sampler, i);
  float *noise = sampler->arrays[0], *jumped = sampler->arrays[1];

  if (!gs_sampler_evaluate (sampler, x, point, error))
    return FALSE;
  gs_sampler_predicted_noise (sampler, x, point, noise);
  gs_combine (jumped, sampler->n, { sqrt (below), sampler->x0 }, { sqrt (1.0 - below), noise });
  sampler->estimate = jumped;
  if (last || !(eta > 0.0))
    {
      memcpy (x, jumped, sampler->n * sizeof (float));
      return TRUE;
    }
  if (!gs_sampler_draw (sampler, error))
    return FALSE;
  gs_combine (x, sampler->n, { sqrt (to / below), jumped },
              { sqrt (MAX (1.0 - to / below, 0.0)), sampler->noise });
  return TRUE;
}

const GsSamplerClass gs_sampler_tcd = {
  .name = { "tcd", "TCD", 1, TRUE, FALSE },
  .n_arrays = 2,
  .step = step,
};
