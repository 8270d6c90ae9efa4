/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoLayerName: a layer's name. A double click makes it an entry: Enter takes what was typed, as
 * leaving it does, Escape does not.
 *
 * Not GtkEditableLabel, which a single click turns into an entry, so that choosing a layer renames it,
 * and which in GTK 4.8 looks at itself 100 ms after the focus has left, freed or not.
 */
#pragma once

#include "document/gesso-painting.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_LAYER_NAME (gesso_layer_name_get_type ())
G_DECLARE_FINAL_TYPE (GessoLayerName, gesso_layer_name, GESSO, LAYER_NAME, GtkWidget)

GtkWidget *gesso_layer_name_new  (GessoPainting *painting, GessoLayer *layer);
void       gesso_layer_name_edit (GessoLayerName *self);

G_END_DECLS
