/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paint laid over pixels where a coverage says so: out = (1 - c) * base + c * colour. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* n pixels of 4 bytes (or 1): color is premultiplied, and zeros erase. base may be out. */
void gesso_coverage_lay_4   (const guint8 *base, const guint8 *coverage, const guint8 *color,
                             guint8 *out, guint n);
void gesso_coverage_lay_1   (const guint8 *base, const guint8 *coverage, guint8 value, guint8 *out,
                             guint n);

/* Each byte of coverage times factor (of 255), and times with (or NULL) as well. */
void gesso_coverage_multiply (guint8 *coverage, guint8 factor, const guint8 *with, guint n);

G_END_DECLS
