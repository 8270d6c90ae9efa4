/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Colours of a picture that was partly made anew, brought to where they meet the original around
 * it. Interleaved RGB in levels, 0..255.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* value -> scale[c] value + shift[c] */
typedef struct
{
  float scale[3], shift[3];
} GsColorMatch;

/* From pixels that both pictures show, where ring is not 0: the model's (n, 3) and the original
 * (n, 3). With too few of them nothing is to be changed. */
void gs_color_match_find  (GsColorMatch *match, const float *made, const guint8 *original,
                           const guint8 *ring, gsize n);

/* Changes the values (n, 3) and clamps them. */
void gs_color_match_apply (const GsColorMatch *match, float *values, gsize n);

/* Where to compare: what stays, not so close that the autoencoder blurs what was made into it, and
 * not so far that it says nothing. repaint, alpha, known: (height, width), as on the canvas; gap:
 * pixels to stay away by, and a few times as many to look at. ring: (height, width), 0 or 1. */
void gs_color_match_ring  (const float *repaint, const float *alpha, const float *known,
                           guint32 width, guint32 height, float gap, guint8 *ring);

G_END_DECLS
