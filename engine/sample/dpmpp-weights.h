/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The exponential integrator behind all DPM-Solvers: what weights a step of log sigma takes. */
#pragma once

#include "sample/options.h"

G_BEGIN_DECLS

/* In x0 + sigma n:  x' = x * x + first * D0 + second * D1 + third * D2 + noise * n,  where D0 is
 * the model's estimate (x0, or the noise) at the start and D1, D2 its first two differences. */
typedef struct
{
  double x;
  double first;
  double second_midpoint; /* D1, when the step is of order 2 and of the midpoint kind */
  double second_heun;     /* D1 otherwise */
  double third;
  double noise;
} GsDpmWeights;

/* Of a step from sigma to sigma_to (0 allowed, for estimates of x0); eta scales the noise that is
 * taken and added again. */
GsDpmWeights gs_dpm_weights (const GsSamplerOptions *options, double sigma, double sigma_to,
                             double eta);

/* log (sigma_from / sigma_to), the length of a step; infinite for sigma_to = 0. */
double gs_log_step (double sigma_from, double sigma_to);

G_END_DECLS
