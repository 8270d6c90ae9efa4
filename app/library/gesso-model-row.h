/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoModelRow: which model makes the pictures, and a menu of the others.
 *
 * Follows the settings' "model". Those of the server, if there is one, are a part of the menu, which asks it
 * for them when it is opened for the first time. Signals: "model-read" (native size in pixels: guint, number of
 * parameters: guint64) when a model's headers were read, "model-failed" (sentence: string).
 */
#pragma once

#include "document/gesso-settings.h"
#include "engine/gesso-catalog.h"
#include "engine/gesso-server.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define GESSO_TYPE_MODEL_ROW (gesso_model_row_get_type ())
G_DECLARE_FINAL_TYPE (GessoModelRow, gesso_model_row, GESSO, MODEL_ROW, AdwActionRow)

/* Before binding, if at all. */
void gesso_model_row_set_server (GessoModelRow *self, GessoServer *server);

/* Once. store: where the recent models are remembered, or NULL. */
void gesso_model_row_bind (GessoModelRow *self, GessoSettings *settings, GSettings *store);

/* NULL until "model-read", and of a server's models. */
const char *gesso_model_row_get_family (GessoModelRow *self);

/* The model's, once "model-read" has told of it. */
const GessoProposal *gesso_model_row_get_proposal (GessoModelRow *self);
gboolean             gesso_model_row_get_is_editing (GessoModelRow *self);

G_END_DECLS
