/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The middle of measured values. */
#include "base/median.h"

#include <stdlib.h>

int
gs_compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

double
gs_median (double *values, guint n)
{
  g_assert (n > 0);
  qsort (values, n, sizeof *values, gs_compare_doubles);
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}
