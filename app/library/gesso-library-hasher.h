/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hashes of the library's files, on a thread that gives way to everything else. */
#pragma once

#include "engine/gesso-library-item.h"

G_BEGIN_DECLS

/* Takes the array (of GessoLibraryItem). Each gets its hashes on the main thread, until all have them or
 * cancellable is cancelled; then done (any result) is called. model: a file that comes first and need not
 * be an item, so that pictures can name it; empty for none. */
void gesso_library_hasher_start (GPtrArray          *items,
                                 const char         *model,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback done,
                                 GObject            *source);

G_END_DECLS
