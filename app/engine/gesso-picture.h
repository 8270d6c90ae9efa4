/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoPicture: a finished picture or one to start from. Immutable but for "saved"; RGB, 8 bits, and
 * the transparency that a file had in its tiles.
 *
 * Reading, converting and writing happen on a thread of GTask's pool, never on the main loop.
 */
#pragma once

#include "document/gesso-tiles.h"

#include <gdk/gdk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_PICTURE (gesso_picture_get_type ())
G_DECLARE_FINAL_TYPE (GessoPicture, gesso_picture, GESSO, PICTURE, GObject)

guint       gesso_picture_get_width      (GessoPicture *self);
guint       gesso_picture_get_height     (GessoPicture *self);
/* Of all pixels: for a small picture, or a large one that is drawn as such. */
GdkTexture *gesso_picture_get_texture    (GessoPicture *self);
/* A small one, for where that is enough. */
GdkTexture *gesso_picture_get_look       (GessoPicture *self);
/* RGBA, not to be written: a layer takes a copy. At hand if it was read from a file or the clipboard. */
GessoTiles *gesso_picture_get_tiles      (GessoPicture *self);

/* The A1111 "parameters" text that made it, or NULL for a picture from elsewhere. */
const char *gesso_picture_get_parameters (GessoPicture *self);

/* Whether a file holds it: TRUE for pictures that were read from one. */
gboolean    gesso_picture_get_saved      (GessoPicture *self);

/* Any format that GdkTexture reads; but in its tiles, transparency is laid over white. */
void          gesso_picture_load_async   (GFile              *file,
                                          GCancellable       *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer            data);
GessoPicture *gesso_picture_load_finish  (GAsyncResult *result, GError **error);

/* From the clipboard or a drop. */
void          gesso_picture_from_texture_async  (GdkTexture         *texture,
                                                 GCancellable       *cancellable,
                                                 GAsyncReadyCallback callback,
                                                 gpointer            data);
GessoPicture *gesso_picture_from_texture_finish (GAsyncResult *result, GError **error);

/* What another program has put on the clipboard, in a format of files. */
void          gesso_picture_from_stream_async   (GInputStream       *stream,
                                                 GCancellable       *cancellable,
                                                 GAsyncReadyCallback callback,
                                                 gpointer            data);
GessoPicture *gesso_picture_from_stream_finish  (GAsyncResult *result, GError **error);

/* Writes a PNG with the parameters in it; the file is replaced only when all is written. */
void     gesso_picture_save_async  (GessoPicture       *self,
                                    GFile              *file,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            data);
gboolean gesso_picture_save_finish (GessoPicture *self, GAsyncResult *result, GError **error);

G_END_DECLS
