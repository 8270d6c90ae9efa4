/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoLayersPane: the layers of a painting, the top one first, with blend mode and opacity of the
 * active one. Keys in the list: Delete removes, Ctrl+Up and Ctrl+Down reorder, F2 or a
 * double click renames.
 *
 * Signal "message" (const char *text): why something cannot be done, a sentence.
 */
#pragma once

#include "document/gesso-painting.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_LAYERS_PANE (gesso_layers_pane_get_type ())
G_DECLARE_FINAL_TYPE (GessoLayersPane, gesso_layers_pane, GESSO, LAYERS_PANE, GtkWidget)

void gesso_layers_pane_set_painting (GessoLayersPane *self, GessoPainting *painting);
/* The library's GessoLibraryItems, whose ControlNets a layer may guide with. */
void gesso_layers_pane_set_library  (GessoLayersPane *self, GListModel *items);

G_END_DECLS
