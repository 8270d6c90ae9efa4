/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings store: opened once a place that needs it, and what its values mean. */
#pragma once

#include "engine/gesso-server.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* NULL where the schema is not installed: Gesso then works, and forgets. */
GSettings *gesso_store_new (void);

/* Where finished pictures are kept; store: may be NULL. */
GFile     *gesso_store_get_gallery_folder (GSettings *store);

/* Where models come that are fetched, a folder of this machine; store: may be NULL. */
GFile     *gesso_store_get_download_folder (GSettings *store);

/* The server of the settings, and its password, which is kept apart from them in a file that nobody else can
 * read; store: may be NULL. */
void       gesso_store_apply_server       (GSettings *store, GessoServer *server);
/* "" for none. */
gboolean   gesso_store_save_password      (const char *password, GError **error);

/* Keeps a property of type guint64 at the bytes that undo may hold; store: may be NULL. */
void       gesso_store_bind_undo_bytes    (GSettings *store, GObject *object, const char *property);

G_END_DECLS
