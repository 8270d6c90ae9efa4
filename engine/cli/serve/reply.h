/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a request is answered: JSON with an HTTP status. */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/* text is taken over. */
void gs_serve_send_text    (SoupServerMessage *message, guint status, char *text);
/* What was built, as a success. */
void gs_serve_send_built   (SoupServerMessage *message, JsonBuilder *builder);
/* {"detail": "..."} */
void gs_serve_send_failure (SoupServerMessage *message, guint status, const char *detail);
/* The same: 422 if the asker can do something about it, else 500. */
void gs_serve_send_error   (SoupServerMessage *message, const GError *error);

G_END_DECLS
