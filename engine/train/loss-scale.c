/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A factor that goes up slowly and down at once. */
#include "train/loss-scale.h"

#include <math.h>

#define FIRST_FACTOR 65536.0 /* as torch's GradScaler has it, and the interval */
#define INTERVAL 2000
#define LARGEST_FACTOR 16777216.0
#define SMALLEST_FACTOR 1.0

GsLossScale
gs_loss_scale_new (gboolean halfs)
{
  return halfs ? (GsLossScale) { FIRST_FACTOR, 0, INTERVAL } : (GsLossScale) { 1, 0, 0 };
}

static void
set_factor (GsLossScale *scale, double factor)
{
  if (scale->interval > 0)
    scale->factor = CLAMP (factor, SMALLEST_FACTOR, LARGEST_FACTOR);
  scale->good = 0;
}

gboolean
gs_loss_scale_take (GsLossScale *scale, const GsFloatArray *gradients, guint n_arrays)
{
  /* The square of the largest float is a finite double, so this is finite if all elements are. */
  const gboolean finite = isfinite (gs_float_arrays_norm (gradients, n_arrays));

  if (!finite)
    {
      set_factor (scale, scale->factor / 2);
      return FALSE;
    }
  if (scale->factor != 1)
    gs_float_arrays_scale (gradients, n_arrays, 1 / scale->factor);
  if (++scale->good == scale->interval)
    set_factor (scale, scale->factor * 2);
  return TRUE;
}
