/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoDocument: what one window works on. The settings, the painting with its layers and masks, the
 * picture to start from, and the pictures that were made, of which one is current. Nothing made is
 * dropped while the window is open, unless memory runs to MAX_HISTORY_BYTES.
 *
 * Properties: "settings" (GessoSettings), "painting" (GessoPainting: the same one for good; opening
 * a file is gesso_painting_restore()), "start" (GessoPicture or NULL), "picture" (GessoPicture or
 * NULL: the current one), "use-canvas" (boolean, TRUE at first: without a start picture what is
 * painted in the frame is started from).
 */
#pragma once

#include "document/gesso-painting.h"
#include "document/gesso-settings.h"
#include "engine/gesso-picture.h"

G_BEGIN_DECLS

#define GESSO_TYPE_DOCUMENT (gesso_document_get_type ())
G_DECLARE_FINAL_TYPE (GessoDocument, gesso_document, GESSO, DOCUMENT, GObject)

GessoDocument *gesso_document_new          (void);

GessoSettings *gesso_document_get_settings (GessoDocument *self);
GessoPainting *gesso_document_get_painting (GessoDocument *self);

GessoPicture  *gesso_document_get_start    (GessoDocument *self);
void           gesso_document_set_start    (GessoDocument *self, GessoPicture *start);

gboolean       gesso_document_get_use_canvas (GessoDocument *self);
void           gesso_document_set_use_canvas (GessoDocument *self, gboolean use_canvas);

/* The current picture, its place among all (from 0), and their number. */
GessoPicture  *gesso_document_get_picture    (GessoDocument *self);
guint          gesso_document_get_position   (GessoDocument *self);
guint          gesso_document_get_n_pictures (GessoDocument *self);

/* Appends it and makes it current. */
void           gesso_document_add_picture  (GessoDocument *self, GessoPicture *picture);
/* Makes the one at position current; clamped. */
void           gesso_document_go_to        (GessoDocument *self, int position);

/* One of them becomes current; does nothing if it is none. */
void           gesso_document_set_picture  (GessoDocument *self, GessoPicture *picture);

/* Those that no file holds, oldest first; the element type is GessoPicture. */
GPtrArray     *gesso_document_get_unsaved  (GessoDocument *self);

G_END_DECLS
