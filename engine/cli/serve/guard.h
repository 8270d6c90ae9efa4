/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may ask: whoever knows the token, and where there is none only programs of this machine. A web
 * page that a browser here shows is not such a program: it is known by its Origin, or, where its server
 * goes by a name that points here, by the Host it asks for.
 */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Pictures in base64 come in; nothing is longer. */
#define GS_SERVE_MAX_BODY_BYTES (256u << 20)

/* 0, or the HTTP status to refuse with, before the body is read. token: NULL where none is asked for. */
guint gs_serve_guard (SoupServerMessage *message, const char *token);

G_END_DECLS
