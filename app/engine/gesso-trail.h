/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoTrail: the way a picture took from noise, step by step: for looking back and for going on
 * from one of its steps. Immutable; any thread.
 */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_TRAIL (gesso_trail_get_type ())
G_DECLARE_FINAL_TYPE (GessoTrail, gesso_trail, GESSO, TRAIL, GObject)

/* Steps that were made; 0 is the beginning. */
guint       gesso_trail_get_n_steps  (GessoTrail *self);
/* Of the picture in its painting, when it was made. */
void        gesso_trail_get_area     (GessoTrail *self, GdkRectangle *area);
/* What going on must not change. */
guint       gesso_trail_get_steps    (GessoTrail *self);
const char *gesso_trail_get_sampler  (GessoTrail *self);
const char *gesso_trail_get_schedule (GessoTrail *self);
const char *gesso_trail_get_model    (GessoTrail *self);

G_END_DECLS
