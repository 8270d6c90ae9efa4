/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights of DPM-Solver and DPM-Solver++ steps.
 *
 * Lu et al., "DPM-Solver" (2022, noise) and "DPM-Solver++" (2022, x0), with the SDE variants of
 * k-diffusion (sampling.py, sample_dpmpp_2m_sde) and diffusers (scheduling_dpmsolver_multistep.py).
 * With h the step of -log sigma and H = (1 + eta) h, x0 held constant gives  x' = sigma'/sigma exp
 * (-eta h) x + (1 - exp (-H)) x0. */
#include "sample/dpmpp-weights.h"

#include <math.h>

double
gs_log_step (double sigma_from, double sigma_to)
{
  return sigma_to > 0.0 ? log (sigma_from / sigma_to) : INFINITY;
}

/* D0 and its differences are estimates of x0. */
static GsDpmWeights
data_weights (const GsSamplerOptions *options, double sigma, double sigma_to, double eta)
{
  double h = gs_log_step (sigma, sigma_to);
  double length = (1.0 + eta) * h;
  double gain = -expm1 (-length);
  GsDpmWeights w = { 0.0, 1.0, 0.5, 1.0, -0.5, 0.0 };

  if (isinf (h))
    return w;
  w.x = sigma_to / sigma * exp (-eta * h);
  w.first = gain;
  w.second_midpoint = 0.5 * gain;
  w.second_heun = length > 0.0 ? 1.0 - gain / length : 0.0;
  w.third = length > 0.0 ? 0.5 - w.second_heun / length : 0.0;
  /* diffusers' third-order SDE step has the sign of the half the other way round; kept, for its
   * pictures. */
  if (eta > 0.0 && options->variance_preserving)
    w.third -= 1.0;
  w.noise = sigma_to * sqrt (MAX (-expm1 (-2.0 * eta * h), 0.0)) * options->s_noise;
  return w;
}

/* D0 and its differences are estimates of the noise. */
static GsDpmWeights
noise_weights (double sigma, double sigma_to, double eta, double s_noise)
{
  double h = gs_log_step (sigma, sigma_to);
  double step = sigma_to - sigma;
  double curve;
  GsDpmWeights w = { .x = 1.0, .first = (1.0 + eta) * step };

  if (isinf (h) || h <= 0.0)
    return w;
  curve = expm1 (h) / h - 1.0;
  w.second_midpoint = 0.5 * (1.0 + eta) * step;
  w.second_heun = -(1.0 + eta) * sigma_to * curve;
  w.third = -sigma_to * (curve / h - 0.5);
  w.noise = eta > 0.0 ? sigma_to * sqrt (expm1 (2.0 * h)) * s_noise : 0.0;
  return w;
}

GsDpmWeights
gs_dpm_weights (const GsSamplerOptions *options, double sigma, double sigma_to, double eta)
{
  if (options->predict_noise)
    return noise_weights (sigma, sigma_to, eta, options->s_noise);
  return data_weights (options, sigma, sigma_to, eta);
}
