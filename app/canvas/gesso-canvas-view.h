/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoCanvasView: the canvas with what floats over it: a welcome while it is empty, and the mask's
 * tools while one paints. */
#pragma once

#include "gesso-canvas.h"

G_BEGIN_DECLS

#define GESSO_TYPE_CANVAS_VIEW (gesso_canvas_view_get_type ())
G_DECLARE_FINAL_TYPE (GessoCanvasView, gesso_canvas_view, GESSO, CANVAS_VIEW, GtkWidget)

/* paintable: what to show, NULL for the welcome. mask: to draw over it, or NULL. */
void gesso_canvas_view_show (GessoCanvasView *self, GdkPaintable *paintable, GessoMask *mask);

/* Whether the pointer paints on the mask. */
void gesso_canvas_view_set_painting (GessoCanvasView *self, gboolean painting);

G_END_DECLS
