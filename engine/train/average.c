/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exponential moving averages. */
#include "train/average.h"

double
gs_average_decay (double decay, guint64 step)
{
  return MIN (decay, (1.0 + (double) step) / (10.0 + (double) step));
}

void
gs_average_update (const GsFloatArray *mean, const GsFloatArray *parameters, guint n_arrays,
                   double kept)
{
  for (guint k = 0; k < n_arrays; k++)
    {
      g_assert (mean[k].n == parameters[k].n);
      for (gsize i = 0; i < mean[k].n; i++)
        mean[k].data[i] = (float) (kept * mean[k].data[i] + (1 - kept) * parameters[k].data[i]);
    }
}
