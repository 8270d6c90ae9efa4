/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantiles of the beta distribution: the regularised incomplete beta function by its continued
 * fraction (NIST DLMF 8.17.22, evaluated by Lentz's method), inverted by bisection, which cannot
 * fail. */
#include "sample/beta-quantile.h"

#include <math.h>

static double
away_from_zero (double value)
{
  return fabs (value) < 1e-300 ? 1e-300 : value;
}

/* Converges fast for x < (a + 1) / (a + b + 2). */
static double
continued_fraction (double x, double a, double b)
{
  double c = 1.0;
  double d = 1.0 / away_from_zero (1.0 - (a + b) * x / (a + 1.0));
  double fraction = d;

  for (int m = 1; m < 1000; m++)
    {
      double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
      double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
      double change;

      d = 1.0 / away_from_zero (1.0 + even * d);
      c = away_from_zero (1.0 + even / c);
      fraction *= c * d;
      d = 1.0 / away_from_zero (1.0 + odd * d);
      c = away_from_zero (1.0 + odd / c);
      change = c * d;
      fraction *= change;
      if (fabs (change - 1.0) < 1e-16)
        break;
    }
  return fraction;
}

static double
incomplete_beta (double x, double a, double b)
{
  double front;

  if (x <= 0.0)
    return 0.0;
  if (x >= 1.0)
    return 1.0;
  front = exp (lgamma (a + b) - lgamma (a) - lgamma (b) + a * log (x) + b * log1p (-x));
  if (x < (a + 1.0) / (a + b + 2.0))
    return front * continued_fraction (x, a, b) / a;
  return 1.0 - front * continued_fraction (1.0 - x, b, a) / b;
}

double
gs_beta_quantile (double p, double a, double b)
{
  double low = 0.0, high = 1.0;

  if (p <= 0.0)
    return 0.0;
  if (p >= 1.0)
    return 1.0;
  for (int i = 0; i < 200 && high - low > 1e-16 * high; i++)
    {
      double middle = 0.5 * (low + high);

      if (incomplete_beta (middle, a, b) < p)
        low = middle;
      else
        high = middle;
    }
  return 0.5 * (low + high);
}
