/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OpenRaster files (https://www.openraster.org/), the layered format that Krita, GIMP and MyPaint
 * read: a zip with mimetype, stack.xml, a PNG for each layer, a thumbnail and the merged picture.
 *
 * What OpenRaster has no place for lies in gesso/: masks, the selection, candidates, and
 * gesso/document.json with recipes, the frame and the owner's settings. Members of others that we
 * do not know are kept and written again. Nested stacks are flattened into layers with names kept.
 *
 * Errors are one sentence for people. Nothing in a file is believed: sizes, counts and names are
 * checked before memory is asked for.
 */
#pragma once

#include "gesso-snapshot.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Writes to a temporary file beside it, syncs and renames, so that there is the old file or the
 * new one and nothing between. Any thread. */
gboolean       gesso_ora_save        (GessoSnapshot *snapshot,
                                      GFile         *file,
                                      GCancellable  *cancellable,
                                      GError       **error);
GessoSnapshot *gesso_ora_load        (GFile         *file,
                                      GCancellable  *cancellable,
                                      GError       **error);

/* The same on a thread of GTask's pool. */
void           gesso_ora_save_async  (GessoSnapshot      *snapshot,
                                      GFile              *file,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            data);
gboolean       gesso_ora_save_finish (GAsyncResult *result, GError **error);
void           gesso_ora_load_async  (GFile              *file,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            data);
GessoSnapshot *gesso_ora_load_finish (GAsyncResult *result, GError **error);

G_END_DECLS
