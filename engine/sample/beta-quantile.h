/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantiles of the beta distribution, for the "beta" schedule. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* x in [0, 1] with I_x (a, b) = p, the inverse of the regularised incomplete beta function; a, b >
 * 0. Good to about 1e-14. */
double gs_beta_quantile (double p, double a, double b);

G_END_DECLS
