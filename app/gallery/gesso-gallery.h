/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoGallery: everything that was made, as PNG files with their parameters in a plain folder. A
 * GListModel of GessoGalleryItem, newest first. Files are read and written on threads.
 *
 * What is moved to the trash leaves the list at once and goes there some seconds later, or when the
 * gallery ends; until then it can be undone.
 *
 * Properties: "folder" (string): where new pictures go and which ones are listed.
 * Signal "failed" (const char *message): a file could not be written, read or moved; a sentence.
 */
#pragma once

#include "engine/gesso-picture.h"
#include "gallery/gesso-gallery-item.h"

G_BEGIN_DECLS

#define GESSO_TYPE_GALLERY (gesso_gallery_get_type ())
G_DECLARE_FINAL_TYPE (GessoGallery, gesso_gallery, GESSO, GALLERY, GObject)

/* folder: NULL or empty for Gesso in the user's pictures, or in the data folder without such. */
GessoGallery *gesso_gallery_new        (const char *folder);

const char   *gesso_gallery_get_folder (GessoGallery *self);
void          gesso_gallery_set_folder (GessoGallery *self, const char *folder);

/* Writes it, which makes it "saved", and lists it then. */
void          gesso_gallery_add        (GessoGallery *self, GessoPicture *picture);
/* Whether something is being read or written. */
gboolean      gesso_gallery_get_busy   (GessoGallery *self);

void          gesso_gallery_trash      (GessoGallery *self, GessoGalleryItem *item);
/* FALSE if it is in the trash already. */
gboolean      gesso_gallery_undo_trash (GessoGallery *self, GessoGalleryItem *item);

G_END_DECLS
