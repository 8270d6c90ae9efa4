/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Export: the flattened picture as a file that other programs read. The name's ending decides:
 * PNG with the parameters in it and with transparency where there is some, JPEG over white, and
 * WebP where gdk-pixbuf has a saver. Layers have 8 bits a channel; a PNG of 16 holds the colours of
 * transparent pixels without the loss of another rounding.
 */
#pragma once

#include "document/gesso-snapshot.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Whether a picture of that type can be written: "png", "jpeg", "webp". */
gboolean gesso_export_can    (const char *type);
/* The type that a file's ending stands for; NULL for any other. */
const char *gesso_export_get_type (GFile *file);

/* On a thread of GTask's pool; the file is replaced only when all is there. parameters may be NULL;
 * deep: a PNG gets 16 bits a channel. Errors are one sentence for people. */
void     gesso_export_async  (GessoSnapshot      *snapshot,
                              const char         *parameters,
                              gboolean            deep,
                              GFile              *file,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            data);
gboolean gesso_export_finish (GAsyncResult *result, GError **error);

G_END_DECLS
