/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the frame is seen: a line that is dashed where it hangs over the picture's edge, handles
 * while its tool is at hand, its size, and a little shade on what lies outside. */
#include "config.h"

#include "gesso-canvas-private.h"

#include <glib/gi18n.h>
#include <math.h>

#define DASH 6.0
#define HANDLE 9.0f

static const GdkRGBA light = { 1, 1, 1, 0.95f };
static const GdkRGBA dark = { 0, 0, 0, 0.55f };

/* ---- Lines ---------------------------------------------------------------------------------- */

/* A bar along the x axis of the snapshot. */
static void
append_bar (GtkSnapshot *snapshot, double from, double to)
{
  gtk_snapshot_append_color (snapshot, &dark,
                             &GRAPHENE_RECT_INIT ((float) from, -1.5f, (float) (to - from), 3));
  gtk_snapshot_append_color (snapshot, &light,
                             &GRAPHENE_RECT_INIT ((float) from, -0.5f, (float) (to - from), 1));
}

/* One side, from a to b in the picture, of which inner_from .. inner_to (0 .. 1) lies inside. */
static void
append_side (GessoCanvas *self, GtkSnapshot *snapshot, GessoPoint a, GessoPoint b, double inner_from,
             double inner_to)
{
  GessoPoint from = gesso_view_to_widget (self->view, a.x, a.y);
  GessoPoint to = gesso_view_to_widget (self->view, b.x, b.y);
  double length = hypot (to.x - from.x, to.y - from.y);
  double start = inner_from * length, end = inner_to * length;

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) from.x, (float) from.y));
  gtk_snapshot_rotate (snapshot, (float) (atan2 (to.y - from.y, to.x - from.x) * 180 / G_PI));
  if (end > start)
    append_bar (snapshot, start, end);
  else
    start = end = length;
  for (double at = 0; at < length; at += 2 * DASH)
    {
      double stop = MIN (at + DASH, length);

      if (at < start)
        append_bar (snapshot, at, MIN (stop, start));
      else if (stop > end)
        append_bar (snapshot, MAX (at, end), stop);
    }
  gtk_snapshot_restore (snapshot);
}

/* Which part of [from, to] lies in [0, limit], as fractions; across: whether the side itself does. */
static void
get_inner (int from, int to, int limit, gboolean across, double *start, double *end)
{
  *start = CLAMP ((double) -from / (to - from), 0, 1);
  *end = CLAMP ((double) (limit - from) / (to - from), 0, 1);
  if (!across)
    *start = *end = 0;
}

static void
append_sides (GessoCanvas *self, GtkSnapshot *snapshot, const GdkRectangle *frame)
{
  int width = (int) gesso_painting_get_width (self->painting);
  int height = (int) gesso_painting_get_height (self->painting);
  int left = frame->x, top = frame->y, right = left + frame->width, bottom = top + frame->height;
  double start, end;

  for (int k = 0; k < 2; k++)
    {
      int y = k ? bottom : top, x = k ? right : left;

      get_inner (left, right, width, y >= 0 && y <= height, &start, &end);
      append_side (self, snapshot, (GessoPoint) { left, y }, (GessoPoint) { right, y }, start, end);
      get_inner (top, bottom, height, x >= 0 && x <= width, &start, &end);
      append_side (self, snapshot, (GessoPoint) { x, top }, (GessoPoint) { x, bottom }, start, end);
    }
}

/* ---- Shade, handles, size ------------------------------------------------------------------- */

/* What the model does not look at steps back a little. In the picture's pixels. */
static void
append_shade (GessoCanvas *self, GtkSnapshot *snapshot, const GdkRectangle *frame, float strength)
{
  const GdkRGBA shade = { 0, 0, 0, strength };
  float width = (float) gesso_painting_get_width (self->painting);
  float height = (float) gesso_painting_get_height (self->painting);
  float left = CLAMP ((float) frame->x, 0, width), top = CLAMP ((float) frame->y, 0, height);
  float right = CLAMP ((float) (frame->x + frame->width), 0, width);
  float bottom = CLAMP ((float) (frame->y + frame->height), 0, height);

  gtk_snapshot_append_color (snapshot, &shade, &GRAPHENE_RECT_INIT (0, 0, width, top));
  gtk_snapshot_append_color (snapshot, &shade, &GRAPHENE_RECT_INIT (0, bottom, width, height - bottom));
  gtk_snapshot_append_color (snapshot, &shade, &GRAPHENE_RECT_INIT (0, top, left, bottom - top));
  gtk_snapshot_append_color (snapshot, &shade,
                             &GRAPHENE_RECT_INIT (right, top, width - right, bottom - top));
}

static void
append_handles (GessoCanvas *self, GtkSnapshot *snapshot, const GdkRectangle *frame)
{
  for (int k = 0; k < 9; k++)
    {
      GessoPoint p = gesso_view_to_widget (self->view, frame->x + frame->width * (k % 3) / 2.0,
                                           frame->y + frame->height * (k / 3) / 2.0);
      float x = (float) round (p.x) - HANDLE / 2, y = (float) round (p.y) - HANDLE / 2;

      if (k == 4)
        continue;
      gtk_snapshot_append_color (snapshot, &dark,
                                 &GRAPHENE_RECT_INIT (x - 1, y - 1, HANDLE + 2, HANDLE + 2));
      gtk_snapshot_append_color (snapshot, &light, &GRAPHENE_RECT_INIT (x, y, HANDLE, HANDLE));
    }
}

static void
append_size (GessoCanvas *self, GtkSnapshot *snapshot, const GdkRectangle *frame)
{
  const GdkRGBA ground = { 0, 0, 0, 0.7f }, white = { 1, 1, 1, 1 };
  /* Translators: width and height of the frame in pixels */
  g_autofree char *text = g_strdup_printf (_("%d × %d"), frame->width, frame->height);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  GessoPoint corner = { G_MAXDOUBLE, G_MAXDOUBLE };
  int width, height;
  GskRoundedRect pill;

  for (int k = 0; k < 4; k++)
    {
      GessoPoint p = gesso_view_to_widget (self->view, frame->x + (k & 1 ? frame->width : 0),
                                           frame->y + (k & 2 ? frame->height : 0));

      corner.x = MIN (corner.x, p.x);
      corner.y = MIN (corner.y, p.y);
    }
  pango_layout_get_pixel_size (layout, &width, &height);
  /* Over the frame where there is room, else within it. */
  corner.y = corner.y >= height + 16 ? corner.y - height - 12 : corner.y + 8;
  corner.x = CLAMP (corner.x, 4, MAX (gtk_widget_get_width (GTK_WIDGET (self)) - width - 20, 4));
  corner.y = CLAMP (corner.y, 4, MAX (gtk_widget_get_height (GTK_WIDGET (self)) - height - 8, 4));

  gsk_rounded_rect_init_from_rect (&pill,
                                   &GRAPHENE_RECT_INIT ((float) round (corner.x),
                                                        (float) round (corner.y),
                                                        (float) width + 16, (float) height + 4),
                                   6);
  gtk_snapshot_push_rounded_clip (snapshot, &pill);
  gtk_snapshot_append_color (snapshot, &ground, &pill.bounds);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (pill.bounds.origin.x + 8,
                                                          pill.bounds.origin.y + 2));
  gtk_snapshot_append_layout (snapshot, layout, &white);
  gtk_snapshot_restore (snapshot);
}

/* A frame that is the whole picture says nothing, unless one is about to change it. */
static gboolean
get_frame (GessoCanvas *self, GdkRectangle *frame, gboolean *at_hand)
{
  const GdkRectangle picture = { 0, 0, (int) gesso_painting_get_width (self->painting),
                                 (int) gesso_painting_get_height (self->painting) };

  *at_hand = gesso_toolbox_get_kind (self->toolbox) == GESSO_TOOL_FRAME;
  gesso_painting_get_frame (self->painting, frame);

  return *at_hand || !gdk_rectangle_equal (frame, &picture);
}

/* What hangs over is not nothing: it will be painted. */
void
gesso_canvas_snapshot_frame_ground (GessoCanvas *self, GtkSnapshot *snapshot)
{
  const GdkRGBA ground = { 1, 1, 1, 0.08f };
  gboolean at_hand;
  GdkRectangle frame;

  if (get_frame (self, &frame, &at_hand))
    gtk_snapshot_append_color (snapshot, &ground,
                               &GRAPHENE_RECT_INIT ((float) frame.x, (float) frame.y,
                                                    (float) frame.width, (float) frame.height));
}

void
gesso_canvas_snapshot_frame (GessoCanvas *self, GtkSnapshot *snapshot)
{
  gboolean at_hand;
  GdkRectangle frame;

  if (!get_frame (self, &frame, &at_hand))
    return;

  /* Little enough while one paints to judge colours by. */
  gtk_snapshot_save (snapshot);
  gesso_view_apply (self->view, snapshot);
  append_shade (self, snapshot, &frame, at_hand ? 0.25f : 0.08f);
  gtk_snapshot_restore (snapshot);
  append_sides (self, snapshot, &frame);
  if (at_hand)
    append_handles (self, snapshot, &frame);
  append_size (self, snapshot, &frame);
}
