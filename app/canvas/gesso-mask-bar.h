/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoMaskBar: brush, eraser and their size, floating over the canvas. */
#pragma once

#include "gesso-canvas.h"

G_BEGIN_DECLS

#define GESSO_TYPE_MASK_BAR (gesso_mask_bar_get_type ())
G_DECLARE_FINAL_TYPE (GessoMaskBar, gesso_mask_bar, GESSO, MASK_BAR, GtkBox)

/* Once: the canvas whose brush this is. */
void gesso_mask_bar_bind (GessoMaskBar *self, GessoCanvas *canvas);

/* By steps of the slider. */
void gesso_mask_bar_resize_brush  (GessoMaskBar *self, int steps);
void gesso_mask_bar_toggle_eraser (GessoMaskBar *self);

G_END_DECLS
