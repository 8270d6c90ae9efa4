/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A picture's settings as A1111 writes them into its PNG; gs_settings_parse() reads them back.
 */
#pragma once

#include "session/canvas.h"
#include "session/hires.h"
#include "session/session-private.h"

G_BEGIN_DECLS

/* The seeds of picture i of the batch; the latter with a variation strength above 0. */
guint64 gs_request_seed           (const GsRequest *request, guint i);
guint64 gs_request_variation_seed (const GsRequest *request, guint i);

/* What picture i of a request was made with; the caller frees it. n_made: steps before the session's refiner
 * took over; 0: it did not. */
char *gs_settings_format (GsSession *session, const GsRequest *request, const GsCanvas *canvas,
                          const GsHiresPlan *hires, guint n_made, guint i);

G_END_DECLS
