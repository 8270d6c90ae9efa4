/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Factors of the learning rate. */
#include "train/learning-rate.h"

#include <math.h>

static const char *const names[] = {
  [GS_RATE_CONSTANT] = "constant",
  [GS_RATE_LINEAR] = "linear",
  [GS_RATE_COSINE] = "cosine",
  [GS_RATE_POLYNOMIAL] = "polynomial",
};

/* Of the steps behind the warm-up: 0 at the first, 1 at the end. */
static double
progress_at (const GsRateSchedule *schedule, guint64 step)
{
  if (step >= schedule->steps)
    return 1;
  return (double) (step - schedule->warm_up) / (double) (schedule->steps - schedule->warm_up);
}

double
gs_rate_factor (const GsRateSchedule *schedule, guint64 step)
{
  double progress;

  if (step < schedule->warm_up)
    return (double) step / (double) schedule->warm_up;
  progress = progress_at (schedule, step);
  switch (schedule->kind)
    {
    case GS_RATE_LINEAR: return 1 - progress;
    case GS_RATE_COSINE: return 0.5 * (1 + cos (G_PI * progress));
    case GS_RATE_POLYNOMIAL:
      return schedule->last + (1 - schedule->last) * pow (1 - progress, schedule->power);
    case GS_RATE_CONSTANT: break;
    }
  return 1;
}

gboolean
gs_rate_kind_from_name (const char *name, GsRateKind *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (name, names[i]) == 0)
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

const char *
gs_rate_kind_name (GsRateKind kind)
{
  return names[kind];
}
