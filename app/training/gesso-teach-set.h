/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pictures of a lesson: out of files and folders, and into a training's folder. On threads. */
#pragma once

#include "training/gesso-teach-picture.h"

G_BEGIN_DECLS

/* Reads files, and those of folders: their pictures by name, and in kohya's manner those in folders in
 * them that are called like "10_red dog". An array of GessoTeachPicture, broken ones too; it fails if a
 * folder cannot be read. files: of GFile. */
void       gesso_teach_set_read_async   (GListModel         *files,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            data);
GPtrArray *gesso_teach_set_read_finish  (GAsyncResult *result, GError **error);

/* Makes folder, with all unbroken pictures and their captions in pictures/; whole or not at all. Nothing
 * may be set in them meanwhile. */
void       gesso_teach_set_write_async  (GListModel         *pictures,
                                         const char         *folder,
                                         GAsyncReadyCallback callback,
                                         gpointer            data);
gboolean   gesso_teach_set_write_finish (GAsyncResult *result, GError **error);

/* With all that is in it, links removed, not followed; any thread. */
void       gesso_teach_remove_folder (const char *path);

G_END_DECLS
