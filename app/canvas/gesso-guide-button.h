/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoGuideButton: makes a layer one that guides what is generated, and says how: with which of the
 * library's ControlNets, by what of its picture, how strongly and in which steps.
 */
#pragma once

#include "document/gesso-layer.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_GUIDE_BUTTON (gesso_guide_button_get_type ())
G_DECLARE_FINAL_TYPE (GessoGuideButton, gesso_guide_button, GESSO, GUIDE_BUTTON, GtkWidget)

/* Of the library's GessoLibraryItems; those that cannot be used now are passed over. */
void gesso_guide_button_set_items (GessoGuideButton *self, GListModel *items);
/* NULL: none. */
void gesso_guide_button_set_layer (GessoGuideButton *self, GessoLayer *layer);

G_END_DECLS
