/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoLayerRow: one layer in the list: seen or not, its kind, its name, locked or not. */
#pragma once

#include "document/gesso-painting.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_LAYER_ROW (gesso_layer_row_get_type ())
G_DECLARE_FINAL_TYPE (GessoLayerRow, gesso_layer_row, GESSO, LAYER_ROW, GtkListBoxRow)

GtkWidget  *gesso_layer_row_new       (GessoPainting *painting, GessoLayer *layer);
GessoLayer *gesso_layer_row_get_layer (GessoLayerRow *self);
void        gesso_layer_row_rename    (GessoLayerRow *self);

/* Draws its small look at the layer again; FALSE if that is as it was, which costs nothing. */
gboolean    gesso_layer_row_update_look (GessoLayerRow *self);
/* The layer lies elsewhere, or the picture has another size. */
void        gesso_layer_row_forget_look (GessoLayerRow *self);

G_END_DECLS
