/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoView: how the picture lies in the widget; nothing but the mathematics of it.
 *
 *   widget = origin + rotation (angle) * zoom * (mirrored ? -x : x, y)
 *
 * While the view is not turned the origin is a whole number of pixels, so that 100 % is sharp; a
 * point that is said to stay where it is may move by half a pixel for that.
 *
 * A fitted view stays fitted when the widget or the picture changes its size, until the first zoom,
 * pan or turn.
 *
 * Signal "changed" (): after any change.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_VIEW_MIN_ZOOM (1.0 / 64)
#define GESSO_VIEW_MAX_ZOOM 64.0

typedef struct
{
  double x, y;
} GessoPoint;

#define GESSO_TYPE_VIEW (gesso_view_get_type ())
G_DECLARE_FINAL_TYPE (GessoView, gesso_view, GESSO, VIEW, GObject)

GessoView *gesso_view_new          (void);

/* Of the widget, and of the picture. */
void       gesso_view_set_size     (GessoView *self, double width, double height);
void       gesso_view_set_picture  (GessoView *self, guint width, guint height);
/* Before that: the picture grew to the left and to the top, and what is seen of it stays there. */
void       gesso_view_move_picture (GessoView *self, double dx, double dy);

double     gesso_view_get_zoom     (GessoView *self);
/* Degrees clockwise, -180 .. 180. */
double     gesso_view_get_angle    (GessoView *self);
gboolean   gesso_view_get_mirrored (GessoView *self);
gboolean   gesso_view_get_fitted   (GessoView *self);

GessoPoint gesso_view_to_widget    (GessoView *self, double x, double y);
GessoPoint gesso_view_to_picture   (GessoView *self, double x, double y);
/* What of the picture is seen, in whole pixels: FALSE if nothing is. */
gboolean   gesso_view_get_visible  (GessoView *self, GdkRectangle *area);
/* From now on the snapshot draws in the picture's pixels. */
void       gesso_view_apply        (GessoView *self, GtkSnapshot *snapshot);

/* The place (x, y) of the widget keeps the point of the picture that it shows. */
void       gesso_view_zoom_to      (GessoView *self, double zoom, double x, double y);
void       gesso_view_turn_to      (GessoView *self, double angle, double x, double y);
void       gesso_view_mirror       (GessoView *self, double x, double y);
void       gesso_view_pan          (GessoView *self, double dx, double dy);

/* All of the picture, upright or turned as it is. */
void       gesso_view_fit          (GessoView *self);
/* The same around the middle of the widget. */
void       gesso_view_zoom_step    (GessoView *self, int steps);

G_END_DECLS
