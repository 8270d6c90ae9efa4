/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plain layers in double precision; see naive.h. */
#include "naive.h"

#include <math.h>

double *
naive_conv (const double *x, guint h, guint w, guint in, const double *weight, const double *bias,
            guint out, guint k)
{
  double *y = g_new (double, (gsize) h * w * out);
  int half = (int) k / 2;

  for (int i = 0; i < (int) h; i++)
    for (int j = 0; j < (int) w; j++)
      for (guint o = 0; o < out; o++)
        {
          double sum = bias[o];

          for (int di = 0; di < (int) k; di++)
            for (int dj = 0; dj < (int) k; dj++)
              {
                int si = i + di - half, sj = j + dj - half;

                if (si < 0 || sj < 0 || si >= (int) h || sj >= (int) w)
                  continue;
                for (guint c = 0; c < in; c++)
                  sum += x[((gsize) si * w + sj) * in + c]
                         * weight[(((gsize) o * in + c) * k + di) * k + dj];
              }
          y[((gsize) i * w + j) * out + o] = sum;
        }
  return y;
}

double *
naive_linear (const double *x, guint n, guint in, const double *weight, const double *bias,
              guint out)
{
  double *y = g_new (double, (gsize) n * out);

  for (guint i = 0; i < n; i++)
    for (guint o = 0; o < out; o++)
      {
        double sum = bias != NULL ? bias[o] : 0;

        for (guint c = 0; c < in; c++)
          sum += x[(gsize) i * in + c] * weight[(gsize) o * in + c];
        y[(gsize) i * out + o] = sum;
      }
  return y;
}

/* Normalises channels first .. first + width - 1 of rows row .. row + n_rows - 1 together. */
static void
normalise (const double *x, double *y, guint row, guint n_rows, guint channels, guint first,
           guint width, double epsilon, const double *weight, const double *bias)
{
  double mean = 0, variance = 0, count = (double) n_rows * width;

  for (guint i = row; i < row + n_rows; i++)
    for (guint c = first; c < first + width; c++)
      mean += x[(gsize) i * channels + c] / count;
  for (guint i = row; i < row + n_rows; i++)
    for (guint c = first; c < first + width; c++)
      variance += pow (x[(gsize) i * channels + c] - mean, 2) / count;
  for (guint i = row; i < row + n_rows; i++)
    for (guint c = first; c < first + width; c++)
      y[(gsize) i * channels + c]
          = (x[(gsize) i * channels + c] - mean) / sqrt (variance + epsilon) * weight[c] + bias[c];
}

double *
naive_group_norm (const double *x, guint n, guint channels, guint groups, double epsilon,
                  const double *weight, const double *bias)
{
  double *y = g_new (double, (gsize) n * channels);
  guint width = channels / groups;

  for (guint group = 0; group < groups; group++)
    normalise (x, y, 0, n, channels, group * width, width, epsilon, weight, bias);
  return y;
}

double *
naive_layer_norm (const double *x, guint n, guint channels, double epsilon, const double *weight,
                  const double *bias)
{
  double *y = g_new (double, (gsize) n * channels);

  for (guint i = 0; i < n; i++)
    normalise (x, y, i, 1, channels, 0, channels, epsilon, weight, bias);
  return y;
}

double *
naive_attention (const double *q, const double *k, const double *v, guint n, guint m,
                 guint channels, guint heads)
{
  double *y = g_new0 (double, (gsize) n * channels);
  g_autofree double *scores = g_new (double, m);
  guint width = channels / heads;

  for (guint head = 0; head < heads; head++)
    for (guint i = 0; i < n; i++)
      {
        double largest = -G_MAXDOUBLE, sum = 0;

        for (guint j = 0; j < m; j++)
          {
            scores[j] = 0;
            for (guint c = head * width; c < (head + 1) * width; c++)
              scores[j] += q[(gsize) i * channels + c] * k[(gsize) j * channels + c] / sqrt (width);
            largest = MAX (largest, scores[j]);
          }
        for (guint j = 0; j < m; j++)
          sum += scores[j] = exp (scores[j] - largest);
        for (guint j = 0; j < m; j++)
          for (guint c = head * width; c < (head + 1) * width; c++)
            y[(gsize) i * channels + c] += scores[j] / sum * v[(gsize) j * channels + c];
      }
  return y;
}

double *
naive_geglu (const double *x, guint n, guint channels)
{
  double *y = g_new (double, (gsize) n * channels);

  for (guint i = 0; i < n; i++)
    for (guint c = 0; c < channels; c++)
      {
        double a = x[(gsize) i * 2 * channels + c], b = x[((gsize) i * 2 + 1) * channels + c];

        y[(gsize) i * channels + c] = a * b * 0.5 * (1 + erf (b / sqrt (2)));
      }
  return y;
}

void
naive_silu (double *x, gsize n)
{
  for (gsize i = 0; i < n; i++)
    x[i] /= 1 + exp (-x[i]);
}

void
naive_add (double *x, const double *y, gsize n)
{
  for (gsize i = 0; i < n; i++)
    x[i] += y[i];
}
