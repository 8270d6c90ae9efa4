/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything that is trained, or its gradients, as one long vector in several pieces. All sums are
 * made in double precision in the order of the elements: the same numbers in give the same bytes out.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  float *data;
  gsize  n;
} GsFloatArray;

/* Euclidean length of all pieces together; not finite if an element is not. */
double gs_float_arrays_norm  (const GsFloatArray *arrays, guint n_arrays);

void   gs_float_arrays_scale (const GsFloatArray *arrays, guint n_arrays, double factor);

/* sum += factor part. Of the same sizes: for gradients that are accumulated over several pictures. */
void   gs_float_arrays_add   (const GsFloatArray *sum, const GsFloatArray *part, guint n_arrays,
                              double factor);

/* Makes gradients that are longer than limit together that long (Pascanu et al., "On the difficulty of
 * training recurrent neural networks", algorithm 1; with torch's 1e-6 beside the length). Returns
 * the length before. limit 0: none. */
double gs_float_arrays_clip  (const GsFloatArray *arrays, guint n_arrays, double limit);

/* What gs_float_arrays_new_like() made. */
void   gs_float_arrays_free  (GsFloatArray *arrays, guint n_arrays);

/* Zeros of the same sizes. */
GsFloatArray *gs_float_arrays_new_like (const GsFloatArray *arrays, guint n_arrays);

G_END_DECLS
