/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights, targets and offset noise. */
#include "train/loss-weight.h"

#include "sample/schedule.h"

#include <math.h>
#include <string.h>

/* min (SNR, gamma) / SNR = min (1, gamma / SNR), where an SNR of 0 or of infinity is no harm. */
static double
min_snr (const GsLossWeighting *weighting, double alpha)
{
  const double part = MIN (1, weighting->snr_gamma * (1 - alpha) / alpha);

  if (weighting->snr_gamma <= 0)
    return 1;
  if (alpha <= 0)
    return weighting->target == GS_TARGET_VELOCITY ? 0 : 1;
  return weighting->target == GS_TARGET_VELOCITY ? part * alpha : part;
}

double
gs_loss_weight (const GsLossWeighting *weighting, double alpha, gboolean is_prior)
{
  const double gain = weighting->noisy_gain > 0 ? MIN (1 / alpha, weighting->noisy_gain) : 1;

  return (is_prior ? weighting->prior_weight : 1) * gain * min_snr (weighting, alpha);
}

void
gs_loss_target (GsTarget target, float *out, const float *x0, const float *noise, gsize n,
                double alpha)
{
  if (target == GS_TARGET_VELOCITY)
    gs_velocity (out, x0, noise, n, sqrt (alpha), sqrt (1 - alpha));
  else
    memmove (out, noise, n * sizeof *out);
}

void
gs_noise_offset (GsRandom *random, float *noise, gsize channels, gsize pixels, double offset)
{
  g_autofree float *levels = NULL;

  if (offset == 0)
    return;
  levels = g_new (float, channels);
  gs_random_normal (random, levels, channels);
  for (gsize c = 0; c < channels; c++)
    for (gsize i = 0; i < pixels; i++)
      noise[c * pixels + i] = (float) (noise[c * pixels + i] + offset * levels[c]);
}
