/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoCanvasView: the canvas with what lies round it: tools, what they can be set to, zoom
 * controls, live painting, words on how to begin while there is no painting, a welcome, and zones for pictures that are
 * dropped.
 *
 * Signals:
 *   message (const char *text)                                  a sentence for people
 *   dropped (guint zone, GFile *file, GdkTexture *texture)      see gesso-drop-zones.h
 */
#pragma once

#include "gesso-canvas.h"
#include "gesso-drop-zones.h"
#include "live/gesso-live-bar.h"
#include "welcome/gesso-welcome.h"

G_BEGIN_DECLS

#define GESSO_TYPE_CANVAS_VIEW (gesso_canvas_view_get_type ())
G_DECLARE_FINAL_TYPE (GessoCanvasView, gesso_canvas_view, GESSO, CANVAS_VIEW, GtkWidget)

GessoCanvas  *gesso_canvas_view_get_canvas   (GessoCanvasView *self);
GessoLiveBar *gesso_canvas_view_get_live_bar (GessoCanvasView *self);
GessoWelcome *gesso_canvas_view_get_welcome  (GessoCanvasView *self);

/* NULL for a few words on how to begin. */
void          gesso_canvas_view_set_painting (GessoCanvasView *self, GessoPainting *painting);
/* Over all that. FALSE at first. */
void          gesso_canvas_view_set_welcome  (GessoCanvasView *self, gboolean shown);

G_END_DECLS
