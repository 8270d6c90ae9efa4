/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoLayer: one layer of a GessoPainting, for widgets to bind to. It stays the same object while
 * its painting lives: undoing a removal brings it back. While it is removed it has no pixels.
 *
 * Properties:
 *   name        string
 *   opacity     double, 0 .. 1
 *   visible     boolean
 *   locked      boolean
 *   blend       uint (GessoBlend)
 *   x, y        int, read-only: gesso_painting_move_layer()
 *   kind        uint (GessoLayerKind), read-only
 *   recipe      string or NULL, read-only
 *   control     string or NULL: how it guides (gesso-guide.h)
 *   editable    boolean, read-only: visible and not locked
 *
 * Setting a property of a layer in a painting is a change with undo; setting the same one again
 * within a second (a slider that is dragged) makes no second entry.
 */
#pragma once

#include "gesso-snapshot.h"

G_BEGIN_DECLS

#define GESSO_TYPE_LAYER (gesso_layer_get_type ())
G_DECLARE_FINAL_TYPE (GessoLayer, gesso_layer, GESSO, LAYER, GObject)

/* A layer that is in no painting yet; tiles (or NULL: empty) are taken over by reference. */
GessoLayer     *gesso_layer_new         (GessoLayerKind kind, const char *name, GessoTiles *tiles);

guint64         gesso_layer_get_id      (GessoLayer *self);
GessoLayerKind  gesso_layer_get_kind    (GessoLayer *self);
const char     *gesso_layer_get_name    (GessoLayer *self);
double          gesso_layer_get_opacity (GessoLayer *self);
gboolean        gesso_layer_get_visible (GessoLayer *self);
gboolean        gesso_layer_get_locked  (GessoLayer *self);
GessoBlend      gesso_layer_get_blend   (GessoLayer *self);
const char     *gesso_layer_get_recipe  (GessoLayer *self);
const char     *gesso_layer_get_control (GessoLayer *self);
/* Where in the picture the tiles' (0, 0) lies. */
void            gesso_layer_get_offset  (GessoLayer *self, int *x, int *y);
/* For reading; borrowed until the next change. gesso_painting_edit() gives those to write to. */
GessoTiles     *gesso_layer_get_tiles   (GessoLayer *self);
/* All of it; borrowed until the next change. */
const GessoLayerState *gesso_layer_get_state (GessoLayer *self);

void            gesso_layer_set_name    (GessoLayer *self, const char *name);
void            gesso_layer_set_opacity (GessoLayer *self, double opacity);
void            gesso_layer_set_visible (GessoLayer *self, gboolean visible);
void            gesso_layer_set_locked  (GessoLayer *self, gboolean locked);
void            gesso_layer_set_blend   (GessoLayer *self, GessoBlend blend);
/* Masks have none. */
void            gesso_layer_set_control (GessoLayer *self, const char *control);
/* Before it is added to a painting. */
void            gesso_layer_set_offset  (GessoLayer *self, int x, int y);
void            gesso_layer_set_recipe  (GessoLayer *self, const char *recipe);

G_END_DECLS
