/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A running mean of what is trained, which is steadier than its last value (Polyak and Juditsky,
 * "Acceleration of stochastic approximation by averaging"); it forgets faster while it is young.
 */
#pragma once

#include "train/float-arrays.h"

G_BEGIN_DECLS

/* How much of the mean stays in step 1, 2 ...: at most decay, and (1 + step) / (10 + step) early on, as
 * in diffusers' EMAModel. */
double gs_average_decay  (double decay, guint64 step);

/* mean = kept mean + (1 - kept) parameters. It begins as a copy of the parameters. */
void   gs_average_update (const GsFloatArray *mean, const GsFloatArray *parameters,
                          guint n_arrays, double kept);

G_END_DECLS
