/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PLMS: Liu et al., "Pseudo Numerical Methods for Diffusion Models on Manifolds" (2022), with the
 * linear multistep weights of the paper's section 3.3; the first step takes a second evaluation
 * (or, if asked for, the first three are Runge-Kutta steps of four). Timesteps as in diffusers'
 * PNDMScheduler. */
#include "sample/sampler-class.h"

#include <math.h>
#include <string.h>

#define HISTORY 4

/* Equation 11: from timestep t to the level `alpha_to` along one model output. */
static void
transfer (GsSampler *sampler, float *out, const float *x, const float *output, double alpha,
          double alpha_to)
{
  GsPoint point = { sqrt (alpha), sqrt (1.0 - alpha), 0.0 };
  double divisor = alpha * sqrt (1.0 - alpha_to) + sqrt (alpha * (1.0 - alpha) * alpha_to);
  double weight = divisor > 0.0 ? -(alpha_to - alpha) / divisor : 0.0;
  double kept = sqrt (alpha_to / alpha);

  switch (sampler->options.prediction)
    {
    case GS_PREDICT_V:
      gs_combine (out, sampler->n, { kept + weight * point.noise, x },
                  { weight * point.signal, output });
      break;
    case GS_PREDICT_SAMPLE:
      gs_combine (out, sampler->n, { kept + weight / point.noise, x },
                  { -weight * point.signal / point.noise, output });
      break;
    case GS_PREDICT_EPSILON:
    default:
      gs_combine (out, sampler->n, { kept, x }, { weight, output });
      break;
    }
}

static double
alpha_at (const GsSampler *sampler, gint t)
{
  double before_first =
    sampler->options.final_alpha_one ? 1.0 : sampler->schedule->alphas_cumprod[0];

  double alpha = gs_schedule_alpha_cumprod (sampler->schedule, t, before_first);

  return alpha > 0.0 ? alpha : 0x1p-24;
}

static GsPoint
point_at (const GsSampler *sampler, gint t)
{
  double alpha = alpha_at (sampler, t);

  return (GsPoint) { sqrt (alpha), sqrt (1.0 - alpha), MAX (t, 0) };
}

/* The mean of the slopes at both ends, as long as there is only one. Where a spacing's timesteps
 * are not n_train / N apart, the second try is a step of that length that ends at the next
 * timestep, as in diffusers. */
static gboolean
first_step (GsSampler *sampler, guint i, float *x, double alpha, double alpha_to, GError **error)
{
  float *ahead = sampler->arrays[HISTORY], *mean = sampler->arrays[HISTORY + 1];
  gint stride = (gint) (sampler->schedule->n / sampler->times->n);
  gint t_to;

  transfer (sampler, ahead, x, sampler->arrays[0], alpha, alpha_to);
  if (i + 1 == sampler->times->n)
    {
      memcpy (x, ahead, sampler->n * sizeof (float));
      return TRUE;
    }
  if (!gs_sampler_evaluate (sampler, ahead, gs_sampler_point (sampler, i + 1), error))
    return FALSE;
  gs_combine (mean, sampler->n, { 0.5, sampler->output }, { 0.5, sampler->arrays[0] });
  t_to = (gint) sampler->times->timesteps[i + 1];
  transfer (sampler, x, x, mean, alpha_at (sampler, t_to + stride), alpha_at (sampler, t_to));
  return TRUE;
}

/* The classical fourth-order method; `half` timesteps lie between the ends and the middle. */
static gboolean
runge_kutta_step (GsSampler *sampler, guint i, float *x, double alpha, GError **error)
{
  gint t = (gint) sampler->times->timesteps[i], t_to = (gint) sampler->times->timesteps[i + 1];
  gint half = (gint) (sampler->schedule->n / sampler->times->n / 2);
  double alpha_to = alpha_at (sampler, t_to);
  float *at = sampler->arrays[HISTORY], *sum = sampler->arrays[HISTORY + 1];

  gs_combine (sum, sampler->n, { 1.0 / 6.0, sampler->arrays[0] });
  transfer (sampler, at, x, sampler->arrays[0], alpha, alpha_at (sampler, t - half));
  if (!gs_sampler_evaluate (sampler, at, point_at (sampler, t_to + half), error))
    return FALSE;
  gs_combine (sum, sampler->n, { 1.0, sum }, { 1.0 / 3.0, sampler->output });
  transfer (sampler, at, x, sampler->output, alpha, alpha_at (sampler, t_to + half));
  if (!gs_sampler_evaluate (sampler, at, point_at (sampler, t_to + half), error))
    return FALSE;
  gs_combine (sum, sampler->n, { 1.0, sum }, { 1.0 / 3.0, sampler->output });
  transfer (sampler, at, x, sampler->output, alpha, alpha_to);
  if (!gs_sampler_evaluate (sampler, at, point_at (sampler, t_to), error))
    return FALSE;
  gs_combine (sum, sampler->n, { 1.0, sum }, { 1.0 / 6.0, sampler->output });
  transfer (sampler, x, x, sum, alpha, alpha_to);
  return TRUE;
}

static gboolean
starts_by_runge_kutta (const GsSampler *sampler)
{
  return sampler->options.runge_kutta_start && gs_sampler_n_steps (sampler) >= HISTORY;
}

static void
multistep_output (const GsSampler *sampler, guint age, float *out)
{
  float *const *e = sampler->arrays;
  gsize n = sampler->n;

  if (age == 1)
    gs_combine (out, n, { 3.0 / 2.0, e[0] }, { -1.0 / 2.0, e[1] });
  else if (age == 2)
    gs_combine (out, n, { 23.0 / 12.0, e[0] }, { -16.0 / 12.0, e[1] }, { 5.0 / 12.0, e[2] });
  else
    gs_combine (out, n, { 55.0 / 24.0, e[0] }, { -59.0 / 24.0, e[1] }, { 37.0 / 24.0, e[2] },
                { -9.0 / 24.0, e[3] });
}

static gboolean
step (GsSampler *sampler, guint i, float *x, GError **error)
{
  guint age = gs_sampler_age (sampler, i);
  GsPoint point = gs_sampler_point (sampler, i);
  double alpha = alpha_at (sampler, (gint) point.timestep);
  double alpha_to = sampler->times->targets[i];
  float *mean = sampler->arrays[HISTORY];

  if (!gs_sampler_evaluate (sampler, x, point, error))
    return FALSE;
  memcpy (gs_sampler_push (sampler, HISTORY), sampler->output, sampler->n * sizeof (float));
  if (age < 3 && starts_by_runge_kutta (sampler))
    return runge_kutta_step (sampler, i, x, alpha, error);
  if (age == 0)
    return first_step (sampler, i, x, alpha, alpha_to, error);
  multistep_output (sampler, age, mean);
  transfer (sampler, x, x, mean, alpha, alpha_to);
  return TRUE;
}

static guint
count (const GsSampler *sampler)
{
  guint n = gs_sampler_n_steps (sampler);

  return starts_by_runge_kutta (sampler) ? n + 9 : n > 1 ? n + 1 : 1;
}

const GsSamplerClass gs_sampler_plms = {
  .name = { "plms", "PLMS", 1, FALSE, FALSE },
  .n_arrays = HISTORY + 2,
  .step = step,
  .count = count,
};
