/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AdamW, element by element. */
#include "train/adamw.h"

#include <math.h>

void
gs_adamw_step (const GsAdamW *adamw, guint64 step, GsAdamWMoments moments, const float *gradients,
               float *parameters, gsize n)
{
  const double rate = adamw->rate / (1 - pow (adamw->beta1, (double) step));
  const double root = sqrt (1 - pow (adamw->beta2, (double) step));
  const double kept = 1 - adamw->rate * adamw->weight_decay;

  for (gsize i = 0; i < n; i++)
    {
      const double g = gradients[i];
      const double m = adamw->beta1 * moments.first[i] + (1 - adamw->beta1) * g;
      const double v = adamw->beta2 * moments.second[i] + (1 - adamw->beta2) * g * g;

      moments.first[i] = (float) m;
      moments.second[i] = (float) v;
      parameters[i] = (float) (parameters[i] * kept
                               - rate * m / (sqrt (v) / root + adamw->epsilon));
    }
}
