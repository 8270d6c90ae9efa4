/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoBrushBar: what the tool at hand can be set to: size, hardness and opacity of brushes, the
 * tolerance of the fill, and whether the frame follows the mask. */
#pragma once

#include "gesso-toolbox.h"

G_BEGIN_DECLS

#define GESSO_TYPE_BRUSH_BAR (gesso_brush_bar_get_type ())
G_DECLARE_FINAL_TYPE (GessoBrushBar, gesso_brush_bar, GESSO, BRUSH_BAR, GtkBox)

/* Once: whose settings these are. */
void gesso_brush_bar_bind (GessoBrushBar *self, GessoToolbox *toolbox);

G_END_DECLS
