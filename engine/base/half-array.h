/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrays of halves, bfloat16 and floats into each other, by the processor's own instructions where
 * it has them: the same results as half.h's, signalling NaN aside. Sources may be unaligned. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void gs_halves_from_floats (guint16 *to, gconstpointer from, gsize n);
void gs_floats_from_halves (float *to, gconstpointer from, gsize n);
void gs_floats_from_bf16 (float *to, gconstpointer from, gsize n);

/* TRUE if no number exceeds the range of halves; NaN do not. */
gboolean gs_floats_fit_halves (const float *values, gsize n);

G_END_DECLS
