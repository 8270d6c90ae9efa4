/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A picture's settings as A1111 writes them into its PNG; gs_settings_parse() reads them back.
 */
#pragma once

#include "session/canvas.h"
#include "session/session-private.h"

G_BEGIN_DECLS

/* What a picture of a request was made with; the caller frees it. */
char *gs_settings_format (GsSession *session, const GsRequest *request, const GsCanvas *canvas,
                          guint64 seed);

G_END_DECLS
