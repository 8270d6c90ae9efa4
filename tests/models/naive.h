/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The layers of the networks, as plainly as they can be written, in double precision: what tests of
 * blocks compare with. x: (pixels, channels) of one sample unless a height and width are given;
 * weights as checkpoints have them. Results are new; the caller frees them.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* W: (out, in, k, k), zeros around, stride 1. x: (h, w, in). */
double *naive_conv (const double *x, guint h, guint w, guint in, const double *weight,
                    const double *bias, guint out, guint k);

/* W: (out, in); bias may be NULL. */
double *naive_linear (const double *x, guint n, guint in, const double *weight, const double *bias,
                      guint out);

double *naive_group_norm (const double *x, guint n, guint channels, guint groups, double epsilon,
                          const double *weight, const double *bias);
double *naive_layer_norm (const double *x, guint n, guint channels, double epsilon,
                          const double *weight, const double *bias);

/* q: (n, channels); k, v: (m, channels). */
double *naive_attention (const double *q, const double *k, const double *v, guint n, guint m,
                         guint channels, guint heads);

/* [a | b] of 2 `channels` -> a gelu (b). */
double *naive_geglu (const double *x, guint n, guint channels);

void naive_silu (double *x, gsize n);
void naive_add  (double *x, const double *y, gsize n);

G_END_DECLS
