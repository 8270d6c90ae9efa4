/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoCanvas: shows one picture, fitted into the widget, and paints a mask on it.
 *
 * Properties: "paintable" (GdkPaintable or NULL: what to show), "mask" (GessoMask or NULL: drawn
 * over it), "painting" (boolean: the pointer paints on the mask), "erasing" (boolean),
 * "brush-size" (double: diameter in hundredths of the picture's longer side).
 */
#pragma once

#include "document/gesso-mask.h"

G_BEGIN_DECLS

#define GESSO_TYPE_CANVAS (gesso_canvas_get_type ())
G_DECLARE_FINAL_TYPE (GessoCanvas, gesso_canvas, GESSO, CANVAS, GtkWidget)

void gesso_canvas_set_paintable (GessoCanvas *self, GdkPaintable *paintable);
void gesso_canvas_set_mask      (GessoCanvas *self, GessoMask *mask);

G_END_DECLS
