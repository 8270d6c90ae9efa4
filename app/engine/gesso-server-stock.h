/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking a server for what it has; any thread, whose main context runs meanwhile. */
#pragma once

#include "gesso-server-link.h"
#include "gesso-server.h"

G_BEGIN_DECLS

/* NULL if it is no server that paints. What it does not tell of is empty. */
GessoServerStock *gesso_server_stock_ask (GessoServerLink *link, GCancellable *cancellable,
                                          GError **error);

/* What a model's name lets expect, where the server does not say. */
guint             gesso_server_guess_native_size (const char *name);

G_END_DECLS
