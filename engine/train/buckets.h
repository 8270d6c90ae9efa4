/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Aspect-ratio buckets: the few sizes that pictures of any shape are trained at, all of about as many
 * pixels, so that little is cut off and few graphs are needed (NovelAI, "Improvements on Stable
 * Diffusion", 2022; the sizes are those of kohya's scripts).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint32 width, height; /* pixels, multiples of 8 */
} GsBucket;

/* Sizes (GsBucket) around resolution x resolution pixels, the square first; sides are from half to
 * twice the resolution, in steps of 64 pixels, or of an eighth of a small resolution. buckets FALSE:
 * the square alone. Free with g_array_unref(). resolution: a multiple of 8, at least 64. */
GArray  *gs_buckets_new    (guint32 resolution, gboolean buckets);

/* The one whose shape is nearest to that of width x height; of equals the first. */
GsBucket gs_buckets_choose (const GArray *buckets, guint32 width, guint32 height);

G_END_DECLS
