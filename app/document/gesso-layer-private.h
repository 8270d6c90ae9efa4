/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a painting alone does to a layer. */
#pragma once

#include "gesso-layer.h"
#include "gesso-painting.h"

G_BEGIN_DECLS

/* The painting that its setters report to; not counted. NULL: in none. */
void             gesso_layer_set_painting (GessoLayer *self, GessoPainting *painting);

/* A reference. */
GessoLayerState *gesso_layer_dup_state    (GessoLayer *self);
/* To write to, alone ours. */
GessoLayerState *gesso_layer_edit_state   (GessoLayer *self);
/* Its tiles to write to. */
GessoTiles      *gesso_layer_edit_tiles   (GessoLayer *self);
/* Becomes that, and notifies of what differs. */
void             gesso_layer_take_state   (GessoLayer *self, GessoLayerState *state);

G_END_DECLS
