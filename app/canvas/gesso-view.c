/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view's transform. */
#include "config.h"

#include "gesso-view.h"

#include <math.h>

#define MARGIN 24         /* widget pixels round a fitted picture                    */
#define MAX_FIT_ZOOM 8.0  /* a small picture does not become a wall of blocks        */
#define LEFT_OVER 48      /* widget pixels of the picture that panning leaves in view */

struct _GessoView
{
  GObject  parent_instance;

  double   width, height;                 /* of the widget  */
  double   picture_width, picture_height;
  double   zoom, angle;
  gboolean mirrored, fitted;
  double   x, y;                          /* the origin, not yet rounded */
};

G_DEFINE_FINAL_TYPE (GessoView, gesso_view, G_TYPE_OBJECT)

static guint changed_signal;

/* ---- From here to there --------------------------------------------------------------------- */

typedef struct
{
  double xx, xy, yx, yy; /* widget x = xx * x + xy * y + x0 ... */
} Matrix;

static Matrix
get_matrix (GessoView *self)
{
  double turn = self->angle * G_PI / 180;
  double c = cos (turn) * self->zoom, s = sin (turn) * self->zoom;
  double sign = self->mirrored ? -1 : 1;

  /* Right angles exactly, so that pixels stay on the grid. */
  if (fmod (self->angle, 90) == 0)
    {
      c = round (cos (turn)) * self->zoom;
      s = round (sin (turn)) * self->zoom;
    }

  return (Matrix) { c * sign, -s, s * sign, c };
}

static GessoPoint
get_origin (GessoView *self)
{
  if (fmod (self->angle, 90) == 0)
    return (GessoPoint) { round (self->x), round (self->y) };

  return (GessoPoint) { self->x, self->y };
}

GessoPoint
gesso_view_to_widget (GessoView *self, double x, double y)
{
  Matrix m = get_matrix (self);
  GessoPoint origin = get_origin (self);

  return (GessoPoint) { m.xx * x + m.xy * y + origin.x, m.yx * x + m.yy * y + origin.y };
}

static GessoPoint
invert (GessoView *self, double dx, double dy)
{
  Matrix m = get_matrix (self);
  double determinant = m.xx * m.yy - m.xy * m.yx;

  return (GessoPoint) { (m.yy * dx - m.xy * dy) / determinant,
                        (m.xx * dy - m.yx * dx) / determinant };
}

GessoPoint
gesso_view_to_picture (GessoView *self, double x, double y)
{
  GessoPoint origin = get_origin (self);

  return invert (self, x - origin.x, y - origin.y);
}

gboolean
gesso_view_get_visible (GessoView *self, GdkRectangle *area)
{
  const GdkRectangle picture = { 0, 0, (int) self->picture_width, (int) self->picture_height };
  double left = G_MAXDOUBLE, top = G_MAXDOUBLE, right = -G_MAXDOUBLE, bottom = -G_MAXDOUBLE;

  for (int i = 0; i < 4; i++)
    {
      GessoPoint p = gesso_view_to_picture (self, i & 1 ? self->width : 0,
                                            i & 2 ? self->height : 0);

      left = MIN (left, p.x);
      right = MAX (right, p.x);
      top = MIN (top, p.y);
      bottom = MAX (bottom, p.y);
    }
  left = CLAMP (floor (left), -1, self->picture_width);
  top = CLAMP (floor (top), -1, self->picture_height);
  right = CLAMP (ceil (right), -1, self->picture_width);
  bottom = CLAMP (ceil (bottom), -1, self->picture_height);
  *area = (GdkRectangle) { (int) left, (int) top, (int) (right - left), (int) (bottom - top) };

  return gdk_rectangle_intersect (area, &picture, area);
}

void
gesso_view_apply (GessoView *self, GtkSnapshot *snapshot)
{
  GessoPoint origin = get_origin (self);

  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT ((float) origin.x, (float) origin.y));
  if (self->angle != 0)
    gtk_snapshot_rotate (snapshot, (float) self->angle);
  gtk_snapshot_scale (snapshot, (float) (self->mirrored ? -self->zoom : self->zoom),
                      (float) self->zoom);
}

/* ---- Changes -------------------------------------------------------------------------------- */

static void
emit_changed (GessoView *self)
{
  g_signal_emit (self, changed_signal, 0);
}

/* The point p of the picture comes to lie at (x, y) of the widget. */
static void
hold (GessoView *self, GessoPoint p, double x, double y)
{
  Matrix m = get_matrix (self);

  self->x = x - (m.xx * p.x + m.xy * p.y);
  self->y = y - (m.yx * p.x + m.yy * p.y);
}

/* The bounding box of the turned picture: its corner from the origin, and its size. */
static void
get_box (GessoView *self, GdkRectangle *box)
{
  Matrix m = get_matrix (self);
  double x1 = m.xx * self->picture_width, x2 = m.xy * self->picture_height;
  double y1 = m.yx * self->picture_width, y2 = m.yy * self->picture_height;

  *box = (GdkRectangle) { (int) floor (MIN (x1, 0) + MIN (x2, 0)),
                          (int) floor (MIN (y1, 0) + MIN (y2, 0)),
                          (int) ceil (fabs (x1) + fabs (x2)), (int) ceil (fabs (y1) + fabs (y2)) };
}

static void
centre (GessoView *self)
{
  hold (self, (GessoPoint) { self->picture_width / 2, self->picture_height / 2 }, self->width / 2,
        self->height / 2);
}

/* The picture cannot be lost: some of it stays in view. What lies straight leaves an edge; what is
 * turned stays under the middle of the widget, for the corners of its box are empty. */
static void
keep_in_view (GessoView *self)
{
  GdkRectangle box;
  double left_over_x, left_over_y;

  if (fmod (self->angle, 90) != 0)
    {
      GessoPoint p = invert (self, self->width / 2 - self->x, self->height / 2 - self->y);
      const GessoPoint kept = { CLAMP (p.x, 0, self->picture_width),
                                CLAMP (p.y, 0, self->picture_height) };

      if (kept.x != p.x || kept.y != p.y)
        hold (self, kept, self->width / 2, self->height / 2);
      return;
    }

  get_box (self, &box);
  left_over_x = MIN (LEFT_OVER, box.width);
  left_over_y = MIN (LEFT_OVER, box.height);
  self->x = CLAMP (self->x, left_over_x - box.x - box.width, self->width - left_over_x - box.x);
  self->y = CLAMP (self->y, left_over_y - box.y - box.height, self->height - left_over_y - box.y);
}

static void
fit (GessoView *self)
{
  double room_x = MAX (self->width - 2 * MARGIN, 1), room_y = MAX (self->height - 2 * MARGIN, 1);
  GdkRectangle box;

  self->zoom = 1;
  get_box (self, &box);
  self->zoom = CLAMP (MIN (room_x / MAX (box.width, 1), room_y / MAX (box.height, 1)),
                      GESSO_VIEW_MIN_ZOOM, MAX_FIT_ZOOM);
  centre (self);
}

void
gesso_view_fit (GessoView *self)
{
  self->fitted = TRUE;
  fit (self);
  emit_changed (self);
}

void
gesso_view_set_size (GessoView *self, double width, double height)
{
  if (self->width == width && self->height == height)
    return;

  /* What is in the middle stays in the middle. */
  self->x += (width - self->width) / 2;
  self->y += (height - self->height) / 2;
  self->width = width;
  self->height = height;
  if (self->fitted)
    fit (self);
  else
    keep_in_view (self);
  emit_changed (self);
}

void
gesso_view_set_picture (GessoView *self, guint width, guint height)
{
  if (self->picture_width == width && self->picture_height == height)
    return;

  self->picture_width = width;
  self->picture_height = height;
  if (self->fitted)
    fit (self);
  else
    keep_in_view (self);
  emit_changed (self);
}

void
gesso_view_move_picture (GessoView *self, double dx, double dy)
{
  hold (self, (GessoPoint) { dx, dy }, self->x, self->y);
}

void
gesso_view_zoom_to (GessoView *self, double zoom, double x, double y)
{
  GessoPoint p = invert (self, x - self->x, y - self->y);

  zoom = CLAMP (zoom, GESSO_VIEW_MIN_ZOOM, GESSO_VIEW_MAX_ZOOM);
  if (zoom == self->zoom)
    return;

  self->zoom = zoom;
  self->fitted = FALSE;
  hold (self, p, x, y);
  keep_in_view (self);
  emit_changed (self);
}

/* The steps that every program has: 50, 67, 100, 150, 200 % ... are powers of sqrt (2), about, and
 * 100 % is always one of them. */
void
gesso_view_zoom_step (GessoView *self, int steps)
{
  double exponent = log2 (self->zoom) * 2;
  double next = steps > 0 ? floor (exponent + 1e-6) + steps : ceil (exponent - 1e-6) + steps;

  gesso_view_zoom_to (self, pow (2, next / 2), self->width / 2, self->height / 2);
}

void
gesso_view_turn_to (GessoView *self, double angle, double x, double y)
{
  GessoPoint p = invert (self, x - self->x, y - self->y);

  angle = angle - 360 * floor ((angle + 180) / 360);
  if (angle == self->angle)
    return;

  self->angle = angle;
  self->fitted = FALSE;
  hold (self, p, x, y);
  keep_in_view (self);
  emit_changed (self);
}

void
gesso_view_mirror (GessoView *self, double x, double y)
{
  GessoPoint p = invert (self, x - self->x, y - self->y);

  self->mirrored = !self->mirrored;
  hold (self, p, x, y);
  if (self->fitted)
    fit (self);
  keep_in_view (self);
  emit_changed (self);
}

void
gesso_view_pan (GessoView *self, double dx, double dy)
{
  if (dx == 0 && dy == 0)
    return;

  self->fitted = FALSE;
  self->x += dx;
  self->y += dy;
  keep_in_view (self);
  emit_changed (self);
}

double
gesso_view_get_zoom (GessoView *self)
{
  return self->zoom;
}

double
gesso_view_get_angle (GessoView *self)
{
  return self->angle;
}

gboolean
gesso_view_get_mirrored (GessoView *self)
{
  return self->mirrored;
}

gboolean
gesso_view_get_fitted (GessoView *self)
{
  return self->fitted;
}

static void
gesso_view_class_init (GessoViewClass *klass)
{
  changed_signal = g_signal_new ("changed", GESSO_TYPE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
gesso_view_init (GessoView *self)
{
  self->width = self->height = 1;
  self->picture_width = self->picture_height = 1;
  self->zoom = 1;
  self->fitted = TRUE;
}

GessoView *
gesso_view_new (void)
{
  return g_object_new (GESSO_TYPE_VIEW, NULL);
}
