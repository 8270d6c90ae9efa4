/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the picture of a control to what its network makes of it once.
 */
#pragma once

#include "session/canvas.h"
#include "session/unet-programs.h"

G_BEGIN_DECLS

/* The picture as the network's hint program takes it: prepared, resized to the size that the model works
 * at and, for an adapter, folded. NULL with GS_ERROR_INVALID_ARGUMENT if there is no picture. */
float *gs_control_read_picture (const GsControl *control, const GsControlModel *model,
                                const GsCanvas *canvas, GError **error);

/* Gives the acting controls' hints to a program of the same guides; runs their hint programs if they have
 * not seen the picture yet. Sizes of the latent. */
gboolean gs_control_give_hints (GsSession *session, const GsUnetGuides *guides, guint32 width,
                                guint32 height, GsProgram *steps, GError **error);

G_END_DECLS
