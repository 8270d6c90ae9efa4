/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Premultiplied RGBA made smaller and larger by powers of two, for the levels of a tile cache. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Averages of 2 x 2, in place, times times: width and height are multiples of 2^times; the result
 * is rows of (width >> times) * 4 bytes without gaps. Rows of pixels must be without gaps too. */
void gesso_shrink  (guint8 *pixels, guint width, guint height, guint times);

/* Each pixel becomes a square of size x size; strides are in bytes. */
void gesso_enlarge (const guint8 *from, gsize from_stride, guint width, guint height, guint size,
                    guint8 *to, gsize to_stride);

G_END_DECLS
