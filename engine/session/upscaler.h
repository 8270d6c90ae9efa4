/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An upscaler's file, opened, with its weights on the device. Nothing of it is part of the session's
 * model.
 */
#pragma once

#include "models/upscaler.h"
#include "session/session-private.h"

G_BEGIN_DECLS

typedef struct _GsUpscaler GsUpscaler;

GsUpscaler *gs_upscaler_open (GsSession *session, const char *path, GError **error);
void        gs_upscaler_free (GsUpscaler *self); /* NULL is allowed */
const GsUpscalerConfig *gs_upscaler_get_config (const GsUpscaler *self);

/* A picture of config->scale times the size; channels: 3, or 4 where image has 4, whose alpha is
 * resized. tile: see GsUpscaleOptions. Where the device lacks room the session's model makes some. */
GsImage *gs_upscaler_run (GsUpscaler *self, GsSession *session, const GsImage *image, guint tile,
                          GError **error);

/* The same to any size: as often as it takes, and then resized. upscaler NULL: resized at once. */
GsImage *gs_upscale_to (GsUpscaler *upscaler, GsSession *session, const GsImage *image, guint width,
                        guint height, guint tile, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsUpscaler, gs_upscaler_free)

G_END_DECLS
