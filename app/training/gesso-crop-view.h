/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoCropView: a picture of a lesson, with what is not learned from in the shade. Another part is
 * chosen by drawing a rectangle, or with keys: arrows move it, + and - resize it, Delete lets go of it.
 */
#pragma once

#include "training/gesso-teach-picture.h"

G_BEGIN_DECLS

#define GESSO_TYPE_CROP_VIEW (gesso_crop_view_get_type ())
G_DECLARE_FINAL_TYPE (GessoCropView, gesso_crop_view, GESSO, CROP_VIEW, GtkWidget)

/* native_size: of the model, in pixels. */
GtkWidget *gesso_crop_view_new (GessoTeachPicture *picture, guint native_size);

/* What is learned from, in the picture's pixels. */
void       gesso_crop_view_get_area (GessoCropView *self, graphene_rect_t *area);

G_END_DECLS
