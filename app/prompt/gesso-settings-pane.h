/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoSettingsPane: the side pane with everything but the prompts. */
#pragma once

#include "document/gesso-document.h"
#include "library/gesso-model-row.h"

G_BEGIN_DECLS

#define GESSO_TYPE_SETTINGS_PANE (gesso_settings_pane_get_type ())
G_DECLARE_FINAL_TYPE (GessoSettingsPane, gesso_settings_pane, GESSO, SETTINGS_PANE, GtkWidget)

/* Once. store: may be NULL. */
void           gesso_settings_pane_bind (GessoSettingsPane *self,
                                         GessoDocument     *document,
                                         GSettings         *store);

/* Whether the picture has a mask: its settings are shown then. */
void           gesso_settings_pane_set_canvas (GessoSettingsPane *self, gboolean masked,
                                               gboolean painted);
/* Whether live painting is on: how far it goes can be set then. */
void           gesso_settings_pane_set_live   (GessoSettingsPane *self, gboolean live);

/* On which server the pictures are made, of that name: what it cannot do is grey. NULL: on this machine. stock:
 * what it has, or NULL. */
void           gesso_settings_pane_set_server (GessoSettingsPane *self, const char *host,
                                               GessoServerStock *stock);

/* Before binding, if at all: GessoLibraryItems, for what is chosen among them. */
void gesso_settings_pane_set_library (GessoSettingsPane *self, GListModel *items);

GessoModelRow *gesso_settings_pane_get_model_row (GessoSettingsPane *self);

G_END_DECLS
