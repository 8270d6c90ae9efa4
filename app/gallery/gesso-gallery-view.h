/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoGalleryView: the gallery as a grid with a search. Enter opens a picture, Delete moves it to
 * the trash, and it can be dragged onto the canvas or elsewhere.
 *
 * Actions: gallery.open, gallery.restore, gallery.teach, gallery.trash.
 * Signals, with the GessoGalleryItem: "open", "restore" (its settings), "teach", "trashed" (undone with
 * gesso_gallery_undo_trash()).
 */
#pragma once

#include "gallery/gesso-gallery.h"

G_BEGIN_DECLS

#define GESSO_TYPE_GALLERY_VIEW (gesso_gallery_view_get_type ())
G_DECLARE_FINAL_TYPE (GessoGalleryView, gesso_gallery_view, GESSO, GALLERY_VIEW, GtkWidget)

void gesso_gallery_view_set_gallery (GessoGalleryView *self, GessoGallery *gallery);
/* The words to look for, as if they were typed. */
void gesso_gallery_view_search      (GessoGalleryView *self, const char *text);
/* How many are shown. */
guint gesso_gallery_view_get_n_shown (GessoGalleryView *self);
void gesso_gallery_view_select      (GessoGalleryView *self, guint position);

G_END_DECLS
