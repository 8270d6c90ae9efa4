/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DEIS: Zhang and Chen, "Fast Sampling of Diffusion Models with Exponential Integrator" (2022), the
 * log-rho variant: the noise estimates are joined by a polynomial in log sigma, which is integrated
 * over sigma. diffusers' DEISMultistepScheduler. */
#include "sample/sampler-class.h"

#include <math.h>

#define MAX_ORDER 3

static guint
possible_order (const GsSampler *sampler, guint i)
{
  const double *sigmas = sampler->times->sigmas;
  guint n = sampler->times->n;
  gboolean lower = sampler->options.lower_order_final && n < 15;
  guint most = CLAMP (sampler->options.order, 1, MAX_ORDER);
  guint order = 1;

  if (lower && i + 2 >= n)
    most = MIN (most, n - i);
  most = MIN (most, gs_sampler_age (sampler, i) + 1);
  while (order < most && sigmas[i - order] > sigmas[i - order + 1])
    order++;
  return order;
}

/* Antiderivative of (log s - log c) / (log b - log c) over s, at s. */
static double
integral_2 (double s, double b, double c)
{
  return s > 0.0 ? s * (log (s / c) - 1.0) / log (b / c) : 0.0;
}

/* The same of (log s - log c) (log s - log d) / ((log b - log c) (log b - log d)). */
static double
integral_3 (double s, double b, double c, double d)
{
  double to_c = log (s / c), to_d = log (s / d);

  return s > 0.0 ? s * (to_c * to_d - to_c - to_d + 2.0) / (log (b / c) * log (b / d)) : 0.0;
}

static void
weigh_estimates (const double *sigmas, guint i, guint order, double *weights)
{
  double to = sigmas[i + 1], a = sigmas[i];

  if (order == 1)
    weights[0] = to - a;
  else if (order == 2)
    {
      double b = sigmas[i - 1];

      weights[0] = integral_2 (to, a, b) - integral_2 (a, a, b);
      weights[1] = integral_2 (to, b, a) - integral_2 (a, b, a);
    }
  else
    {
      double b = sigmas[i - 1], c = sigmas[i - 2];

      weights[0] = integral_3 (to, a, b, c) - integral_3 (a, a, b, c);
      weights[1] = integral_3 (to, b, c, a) - integral_3 (a, b, c, a);
      weights[2] = integral_3 (to, c, a, b) - integral_3 (a, c, a, b);
    }
}

static gboolean
step (GsSampler *sampler, guint i, float *x, GError **error)
{
  const double *sigmas = sampler->times->sigmas;
  GsPoint point = gs_sampler_point (sampler, i);
  double scale = gs_sampler_point_at_sigma (sampler, sigmas[i + 1]).signal;
  guint order = possible_order (sampler, i);
  double weights[MAX_ORDER];
  GsTerm terms[MAX_ORDER + 1] = { { scale / point.signal, x } };
  float *noise;

  if (!gs_sampler_evaluate (sampler, x, point, error))
    return FALSE;
  noise = gs_sampler_push (sampler, MAX_ORDER);
  for (gsize k = 0; k < sampler->n; k++) /* in floats, as the reference */
    noise[k] = (x[k] - (float) point.signal * sampler->x0[k]) / (float) point.noise;
  weigh_estimates (sigmas, i, order, weights);
  for (guint k = 0; k < order; k++)
    terms[k + 1] = (GsTerm) { scale * weights[k], sampler->arrays[k] };
  gs_combine_terms (x, sampler->n, terms, order + 1);
  return TRUE;
}

const GsSamplerClass gs_sampler_deis = {
  .name = { "deis", "DEIS", 1, FALSE, TRUE },
  .n_arrays = MAX_ORDER,
  .step = step,
};
