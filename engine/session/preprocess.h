/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What networks that guide see of a picture: see gs-control.h. in: (h, w, 3) bytes; out: (h, w), each
 * pixel written.
 */
#pragma once

#include "gs-control.h"

G_BEGIN_DECLS

#define GS_CANNY_LOW 100.0f
#define GS_CANNY_HIGH 200.0f

/* 255 on an edge, else 0. */
void gs_canny (const guint8 *in, guint32 width, guint32 height, float low, float high, guint8 *out);

/* Brighter the steeper the light changes. */
void gs_soft_edges (const guint8 *in, guint32 width, guint32 height, guint8 *out);

/* 255 where it is darker than its surroundings, else 0. */
void gs_dark_lines (const guint8 *in, guint32 width, guint32 height, guint8 *out);

/* Convolves (h, w, channels) with a Gaussian cut off at 4 sigma, reflected at the edges (not repeating
 * the outermost pixel). */
void gs_gaussian_blur (const float *in, guint32 width, guint32 height, guint channels, double sigma,
                       float *out);

G_END_DECLS
