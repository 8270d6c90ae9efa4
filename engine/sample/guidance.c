/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Classifier-free guidance and the ways of reading a prediction. */
#include "sample/guidance.h"

#include <math.h>

void
gs_guide (float *out, const float *cond, const float *uncond, gsize n, double scale)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (float) (uncond[i] + scale * ((double) cond[i] - uncond[i]));
}

void
gs_guide_edit (float *out, const float *both, const float *image, const float *none, gsize n,
               double scale, double image_scale)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (float) (none[i] + image_scale * ((double) image[i] - none[i])
                      + scale * ((double) both[i] - image[i]));
}

static double
deviation (const float *values, gsize n)
{
  double mean = 0.0, sum = 0.0;

  for (gsize i = 0; i < n; i++)
    mean += values[i];
  mean /= n;
  for (gsize i = 0; i < n; i++)
    sum += (values[i] - mean) * (values[i] - mean);
  return sqrt (sum / MAX (n - 1, 1)); /* torch.std divides by n - 1 */
}

void
gs_guidance_rescale (float *guided, const float *cond, gsize n, double amount)
{
  double have, factor;

  if (n < 2)
    return;
  have = deviation (guided, n);
  if (!(have > 0.0))
    return;
  factor = amount * (deviation (cond, n) / have) + (1.0 - amount);
  for (gsize i = 0; i < n; i++)
    guided[i] = (float) (guided[i] * factor);
}

static void
mix (float *out, gsize n, double a, const float *x, double b, const float *y)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (float) (a * x[i] + b * y[i]);
}

void
gs_prediction_to_x0 (float *out, GsPrediction prediction, const float *x, const float *output,
                     gsize n, double signal, double noise)
{
  if (prediction == GS_PREDICT_EPSILON)
    mix (out, n, 1.0 / signal, x, -noise / signal, output);
  else if (prediction == GS_PREDICT_V)
    mix (out, n, signal, x, -noise, output);
  else
    mix (out, n, 0.0, x, 1.0, output);
}

void
gs_prediction_to_noise (float *out, GsPrediction prediction, const float *x, const float *output,
                        gsize n, double signal, double noise)
{
  if (prediction == GS_PREDICT_EPSILON)
    mix (out, n, 0.0, x, 1.0, output);
  else if (prediction == GS_PREDICT_V)
    mix (out, n, noise, x, signal, output);
  else
    mix (out, n, 1.0 / noise, x, -signal / noise, output);
}
