/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The middle of measured values: one disturbed measurement does not move it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int    gs_compare_doubles (gconstpointer a, gconstpointer b);

/* Of n > 0 values, which are sorted by it. */
double gs_median (double *values, guint n);

G_END_DECLS
