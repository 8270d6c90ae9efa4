/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoLibrary: the models, LoRAs, embeddings and autoencoders in an artist's folders, where they are.
 *
 * Headers are read on a thread, again at every change of the folders or of the model; files that have
 * not changed are not read again. Hashes follow on another thread, the smallest file first.
 *
 * Signals: "scanned" () when the list is up to date, "hashed" () when hashes have come after that.
 */
#pragma once

#include "engine/gesso-library-item.h"

G_BEGIN_DECLS

#define GESSO_TYPE_LIBRARY (gesso_library_get_type ())
G_DECLARE_FINAL_TYPE (GessoLibrary, gesso_library, GESSO, LIBRARY, GObject)

/* store: where the folders are remembered, or NULL. */
GessoLibrary *gesso_library_new (GSettings *store);

/* GessoLibraryItems by kind and name. */
GListModel   *gesso_library_get_items      (GessoLibrary *self);
/* Names that prompts can use with the model: GtkStringObjects. */
GListModel   *gesso_library_get_loras      (GessoLibrary *self);
GListModel   *gesso_library_get_embeddings (GessoLibrary *self);

/* Paths, ended by NULL; free with g_strfreev(). */
char        **gesso_library_dup_folders    (GessoLibrary *self);
void          gesso_library_add_folder     (GessoLibrary *self, const char *path);
void          gesso_library_remove_folder  (GessoLibrary *self, const char *path);

/* The model that all else has to fit: its path (empty: the starter) and family. */
void          gesso_library_set_model      (GessoLibrary *self,
                                            const char   *path,
                                            const char   *family);
const char   *gesso_library_get_family     (GessoLibrary *self);

/* Looks again. */
void          gesso_library_scan           (GessoLibrary *self);
/* Whether "scanned" was emitted since. */
gboolean      gesso_library_is_scanned     (GessoLibrary *self);
/* Whether all files have their hashes. */
gboolean      gesso_library_is_hashed      (GessoLibrary *self);

G_END_DECLS
