/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prodigy. */
#include "train/prodigy.h"

#include <math.h>

/* The running sums r and s, both divided by first_d^2 to stay in a float's range. */
static double
add_sums (const GsProdigy *prodigy, GsProdigyState *state, const GsFloatArray *gradients,
          const GsFloatArray *parameters, guint n_arrays)
{
  const double kept = sqrt (prodigy->beta2), relative = state->d / prodigy->first_d;
  const double added = (1 - kept) * prodigy->rate * relative * relative;
  double way = 0, length = 0;

  for (guint k = 0; k < n_arrays; k++)
    for (gsize i = 0; i < parameters[k].n; i++)
      {
        const double g = gradients[k].data[i];
        const double s = kept * state->sum[k].data[i] + added * g;

        way += g * ((double) state->start[k].data[i] - parameters[k].data[i]);
        length += fabs (s);
        state->sum[k].data[i] = (float) s;
      }
  state->product = kept * state->product + added * way;
  return length;
}

static void
move (const GsProdigy *prodigy, GsProdigyState *state, const GsFloatArray *gradients,
      const GsFloatArray *parameters, guint k)
{
  const double d = state->d, rate = prodigy->rate * d;
  float *first = state->first[k].data, *second = state->second[k].data;

  for (gsize i = 0; i < parameters[k].n; i++)
    {
      const double g = d * gradients[k].data[i];
      const double m = prodigy->beta1 * first[i] + (1 - prodigy->beta1) * g;
      const double v = prodigy->beta2 * second[i] + (1 - prodigy->beta2) * g * g;

      first[i] = (float) m;
      second[i] = (float) v;
      parameters[k].data[i] = (float) (parameters[k].data[i] * (1 - rate * prodigy->weight_decay)
                                       - rate * m / (sqrt (v) + d * prodigy->epsilon));
    }
}

void
gs_prodigy_step (const GsProdigy *prodigy, GsProdigyState *state, const GsFloatArray *gradients,
                 const GsFloatArray *parameters, guint n_arrays)
{
  const double length = add_sums (prodigy, state, gradients, parameters, n_arrays);

  for (guint k = 0; k < n_arrays; k++)
    move (prodigy, state, gradients, parameters, k);
  if (length > 0)
    state->d = MAX (state->d, state->product / length);
}
