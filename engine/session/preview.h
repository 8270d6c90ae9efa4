/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A quick look at a latent: a linear map of its channels to colours, or TAESD.
 */
#pragma once

#include "session/session-private.h"

G_BEGIN_DECLS

/* Gets the session's model ready for previews of that kind, if it is not. */
gboolean gs_preview_prepare (GsSession *session, GsPreview kind, GError **error);

/* TRUE if previews of that kind come from TAESD. */
gboolean gs_preview_uses_taesd (GsSession *session, GsPreview kind);

/* The program that measuring the linear map takes; NULL without error if it need not be
 * measured. */
GsProgram *gs_preview_program (GsSession *session, GsPreview kind, GError **error);

/* A picture of a latent, (4, height, width) in the U-Net's scale. With the linear map it has one
 * pixel per latent pixel, enlarged `enlarge` times; with TAESD the full size. */
GsImage *gs_preview_new (GsSession *session, GsPreview kind, const float *latent, guint32 width,
                         guint32 height, guint32 enlarge, GError **error);

/* Least squares: the map (3, n + 1) that comes closest to colours = map (values, 1) for `count`
 * samples; values: (count, n), colours: (count, 3). FALSE if the values do not determine it. */
gboolean gs_fit_colours (const float *values, const float *colours, gsize count, guint n,
                         float *map);

G_END_DECLS
