/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoPictureCell: a picture in a list, with a menu on the right button. The menu opens after
 * "menu-requested" (), in which its owner chooses the item that it is about.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_PICTURE_CELL (gesso_picture_cell_get_type ())
G_DECLARE_FINAL_TYPE (GessoPictureCell, gesso_picture_cell, GESSO, PICTURE_CELL, GtkWidget)

/* size: of both sides, in pixels. */
GtkWidget    *gesso_picture_cell_new           (int size, GMenuModel *menu);

/* NULL: empty. */
void          gesso_picture_cell_set_paintable (GessoPictureCell *self, GdkPaintable *paintable);
GdkPaintable *gesso_picture_cell_get_paintable (GessoPictureCell *self);

/* What it is, for people and screen readers: of the picture, its tooltip and the list's row. */
void          gesso_picture_cell_set_text      (GessoPictureCell *self, const char *text);

G_END_DECLS
