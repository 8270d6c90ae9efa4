/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Resizing and filling of pictures on the host: interleaved floats, any number of channels.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (h_in, w_in, channels) -> (h_out, w_out, channels) with a triangle filter as wide as the coarser
 * of the two grids: bilinear when enlarging, an average when shrinking. */
void gs_resample (const float *in, guint32 w_in, guint32 h_in, float *out, guint32 w_out,
                  guint32 h_out, guint32 channels);

/* Replaces the pixels where known is 0 by a smooth continuation of the others. pixels: (h, w, 3);
 * known: (h, w), 0..1. Nothing changes if nothing is known. */
void gs_fill_smoothly (float *pixels, const float *known, guint32 width, guint32 height);

/* out[i] = distance in pixels of pixel i to the nearest one with inside[i] != 0; a large number if
 * there is none. nearest[i] = which one that is, or
 * any if there is none; may be NULL. (h, w) each. */
void gs_distance_to (const guint8 *inside, guint32 width, guint32 height, float *out,
                     guint32 *nearest);

G_END_DECLS
