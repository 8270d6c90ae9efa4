/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vectors in pieces. */
#include "train/float-arrays.h"

#include <math.h>

#define CLIP_EPSILON 1e-6

double
gs_float_arrays_norm (const GsFloatArray *arrays, guint n_arrays)
{
  double squares = 0;

  for (guint k = 0; k < n_arrays; k++)
    for (gsize i = 0; i < arrays[k].n; i++)
      squares += (double) arrays[k].data[i] * arrays[k].data[i];
  return sqrt (squares);
}

void
gs_float_arrays_scale (const GsFloatArray *arrays, guint n_arrays, double factor)
{
  for (guint k = 0; k < n_arrays; k++)
    for (gsize i = 0; i < arrays[k].n; i++)
      arrays[k].data[i] = (float) (arrays[k].data[i] * factor);
}

void
gs_float_arrays_add (const GsFloatArray *sum, const GsFloatArray *part, guint n_arrays,
                     double factor)
{
  for (guint k = 0; k < n_arrays; k++)
    {
      g_assert (sum[k].n == part[k].n);
      for (gsize i = 0; i < sum[k].n; i++)
        sum[k].data[i] = (float) (sum[k].data[i] + factor * part[k].data[i]);
    }
}

double
gs_float_arrays_clip (const GsFloatArray *arrays, guint n_arrays, double limit)
{
  const double norm = gs_float_arrays_norm (arrays, n_arrays);

  if (limit > 0 && norm + CLIP_EPSILON > limit)
    gs_float_arrays_scale (arrays, n_arrays, limit / (norm + CLIP_EPSILON));
  return norm;
}

GsFloatArray *
gs_float_arrays_new_like (const GsFloatArray *arrays, guint n_arrays)
{
  GsFloatArray *zeros = g_new (GsFloatArray, n_arrays);

  for (guint k = 0; k < n_arrays; k++)
    zeros[k] = (GsFloatArray) { g_new0 (float, arrays[k].n), arrays[k].n };
  return zeros;
}

void
gs_float_arrays_free (GsFloatArray *arrays, guint n_arrays)
{
  for (guint k = 0; arrays != NULL && k < n_arrays; k++)
    g_free (arrays[k].data);
  g_free (arrays);
}
