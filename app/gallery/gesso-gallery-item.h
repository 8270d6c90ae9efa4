/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoGalleryItem: one picture of the gallery: its file and the text that made it. Immutable but
 * for the look, which is read when somebody wants to see it.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_GALLERY_ITEM (gesso_gallery_item_get_type ())
G_DECLARE_FINAL_TYPE (GessoGalleryItem, gesso_gallery_item, GESSO, GALLERY_ITEM, GObject)

/* parameters: A1111's text, or NULL. time: when it was made, in seconds since 1970. */
GessoGalleryItem *gesso_gallery_item_new            (const char *path,
                                                     const char *parameters,
                                                     gint64      time);

const char       *gesso_gallery_item_get_path       (GessoGalleryItem *self);
/* NULL: the file says nothing. */
const char       *gesso_gallery_item_get_parameters (GessoGalleryItem *self);
gint64            gesso_gallery_item_get_time       (GessoGalleryItem *self);
/* The part of the parameters before the negative prompt and the settings. */
char             *gesso_gallery_item_dup_prompt     (GessoGalleryItem *self);

/* Whether every word of text is somewhere in the parameters, in any case. */
gboolean          gesso_gallery_item_matches        (GessoGalleryItem *self, const char *text);

/* At most size to its longer side; on a thread. */
void              gesso_gallery_item_look_async     (GessoGalleryItem   *self,
                                                     int                 size,
                                                     GCancellable       *cancellable,
                                                     GAsyncReadyCallback callback,
                                                     gpointer            data);
GdkTexture       *gesso_gallery_item_look_finish    (GessoGalleryItem *self, GAsyncResult *result,
                                                     GError **error);

G_END_DECLS
