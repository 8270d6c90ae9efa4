/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is seen: ground, picture, overlay, masks, selection, frame, and what the tool shows. */
#include "config.h"

#include "gesso-canvas-private.h"

#include "gesso-mask-look.h"
#include "gesso-outline.h"

#include <math.h>

#define BUDGET_US 1200     /* of flattening in a frame; the rest comes in the next */
#define LEAST_US 500       /* of it, after a stroke that took long                 */
#define FRAME_US 2800      /* of both, otherwise                                   */
#define CALM_US 8000       /* of it, where nobody moves anything meanwhile         */
#define SLOW_US 30000      /* the same at most, where GTK's own drawing is slow    */
#define CHECK 8.0f         /* widget pixels of a square of the checkerboard        */
#define EDGE 1.0f
#define MAX_EDGES 20000

/* ---- The ground ----------------------------------------------------------------------------- */

/* The squares keep their size on the screen at any zoom. */
static void
snapshot_checkerboard (GessoCanvas *self, GtkSnapshot *snapshot, const GdkRectangle *visible)
{
  const GdkRGBA light = { 0.8f, 0.8f, 0.8f, 1 }, dark = { 0.6f, 0.6f, 0.6f, 1 };
  float size = CHECK / (float) gesso_view_get_zoom (self->view);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT ((float) visible->x, (float) visible->y,
                                               (float) visible->width, (float) visible->height);

  gtk_snapshot_append_color (snapshot, &light, &bounds);
  gtk_snapshot_push_repeat (snapshot, &bounds, &GRAPHENE_RECT_INIT (0, 0, 2 * size, 2 * size));
  gtk_snapshot_append_color (snapshot, &dark, &GRAPHENE_RECT_INIT (0, 0, size, size));
  gtk_snapshot_append_color (snapshot, &dark, &GRAPHENE_RECT_INIT (size, size, size, size));
  gtk_snapshot_pop (snapshot);
}

/* A dark edge, EDGE wide on the screen, which tells a dark picture from the ground. No blurred shadow: GTK
 * without a graphics card blurs by the picture's pixels, at 4 % that is as far as the window is wide. */
static void
snapshot_edge (GessoCanvas *self, GtkSnapshot *snapshot)
{
  const GdkRGBA color = { 0, 0, 0, 0.45f };
  float edge = EDGE / (float) gesso_view_get_zoom (self->view);

  gtk_snapshot_append_color (
      snapshot, &color,
      &GRAPHENE_RECT_INIT (-edge, -edge,
                           (float) gesso_painting_get_width (self->painting) + 2 * edge,
                           (float) gesso_painting_get_height (self->painting) + 2 * edge));
}

/* ---- Tiles ---------------------------------------------------------------------------------- */

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  GESSO_CANVAS (widget)->tick = 0;
  gtk_widget_queue_draw (widget);

  return G_SOURCE_REMOVE;
}

/* A large picture that has just been opened takes long, and nothing else waits for the frames. */
static gint64
get_budget (GessoCanvas *self, const GdkRectangle *visible)
{
  gint64 now = g_get_monotonic_time (), frame = now - self->last_frame;
  gboolean calm = self->stroke_us == 0 && gdk_rectangle_equal (visible, &self->last_visible);

  self->last_visible = *visible;
  self->last_frame = now;
  return calm ? CLAMP (frame / 2, CALM_US, SLOW_US)
              : CLAMP (FRAME_US - self->stroke_us, LEAST_US, BUDGET_US);
}

/* Brings tiles up to date for some time; what is left is for the next frame. */
static void
update_tiles (GessoCanvas *self, int level, const GdkRectangle *visible, gboolean masked)
{
  gint64 start = gesso_thread_time (), spent;
  gint64 budget = get_budget (self, visible);
  gboolean done = gesso_tile_cache_update (self->picture, level, visible, budget);

  self->stroke_us = 0;

  if (masked)
    {
      self->mask_period = level >= 0 ? 8 << level : MAX (8 >> -level, 2);
      spent = gesso_thread_time () - start;
      done &= gesso_tile_cache_update (self->masks, level, visible, MAX (budget - spent, 0));
    }
  if (!done && self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), on_tick, NULL, NULL);
  self->work.composite += gesso_thread_time () - start;
}

/* ---- The selection -------------------------------------------------------------------------- */

static void
stroke_edges (GessoCanvas *self, cairo_t *cr, GArray *edges)
{
  const double dashes[] = { 4, 4 };

  for (guint k = 0; k < edges->len; k++)
    {
      const GessoEdge *edge = &g_array_index (edges, GessoEdge, k);
      GessoPoint a = gesso_view_to_widget (self->view, edge->x1, edge->y1);
      GessoPoint b = gesso_view_to_widget (self->view, edge->x2, edge->y2);

      cairo_move_to (cr, a.x + 0.5, a.y + 0.5);
      cairo_line_to (cr, b.x + 0.5, b.y + 0.5);
    }
  cairo_set_line_width (cr, 1);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_stroke_preserve (cr);
  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_stroke (cr);
}

/* Made anew only when the selection or the view changes. */
static void
snapshot_selection (GessoCanvas *self, GtkSnapshot *snapshot, const GdkRectangle *visible)
{
  GessoTiles *selection = gesso_painting_get_selection (self->painting);

  if (selection == NULL)
    return;

  if (self->outline == NULL)
    {
      int stride = MAX ((int) (1 / gesso_view_get_zoom (self->view)), 1);
      GdkRectangle area = { visible->x / stride * stride, visible->y / stride * stride,
                            visible->width + stride, visible->height + stride };
      g_autoptr (GArray) edges = gesso_outline_new (selection, &area, stride, MAX_EDGES);
      GtkSnapshot *own = gtk_snapshot_new ();
      cairo_t *cr = gtk_snapshot_append_cairo (
          own, &GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (GTK_WIDGET (self)),
                                    (float) gtk_widget_get_height (GTK_WIDGET (self))));

      stroke_edges (self, cr, edges);
      cairo_destroy (cr);
      self->outline = gtk_snapshot_free_to_node (own);
    }
  if (self->outline)
    gtk_snapshot_append_node (snapshot, self->outline);
}

/* ---- The brush ------------------------------------------------------------------------------ */

static void
snapshot_ring (GtkSnapshot *snapshot, const graphene_point_t *centre, float radius)
{
  const GdkRGBA dark = { 0, 0, 0, 0.65f }, dark4[4] = { dark, dark, dark, dark };
  const GdkRGBA light = { 1, 1, 1, 0.9f }, light4[4] = { light, light, light, light };
  const float thin[4] = { 1, 1, 1, 1 };
  GskRoundedRect ring;

  gsk_rounded_rect_init_from_rect (&ring,
                                   &GRAPHENE_RECT_INIT (centre->x - radius, centre->y - radius,
                                                        2 * radius, 2 * radius),
                                   radius);
  gtk_snapshot_append_border (snapshot, &ring, thin, light4);
  gsk_rounded_rect_shrink (&ring, -1, -1, -1, -1);
  gtk_snapshot_append_border (snapshot, &ring, thin, dark4);
}

static void
snapshot_brush (GessoCanvas *self, GtkSnapshot *snapshot)
{
  const GdkRGBA light = { 1, 1, 1, 0.9f }, dark = { 0, 0, 0, 0.65f };
  float zoom = (float) gesso_view_get_zoom (self->view);
  float radius = (float) gesso_toolbox_get_size (self->toolbox) / 2 * zoom;
  graphene_point_t p = GRAPHENE_POINT_INIT ((float) self->pointer.x, (float) self->pointer.y);

  if (radius >= 3)
    snapshot_ring (snapshot, &p, radius);
  else
    {
      /* Too small to be seen as a ring: four strokes point at it. */
      for (int k = 0; k < 4; k++)
        {
          float dx = (float) ((k == 0) - (k == 1)), dy = (float) ((k == 2) - (k == 3));
          graphene_rect_t bar = GRAPHENE_RECT_INIT (p.x + dx * 7 - (dx != 0 ? 3 : 0.5f),
                                                    p.y + dy * 7 - (dy != 0 ? 3 : 0.5f),
                                                    dx != 0 ? 6 : 1, dy != 0 ? 6 : 1);
          graphene_rect_t around;

          graphene_rect_inset_r (&bar, -1, -1, &around);
          gtk_snapshot_append_color (snapshot, &dark, &around);
          gtk_snapshot_append_color (snapshot, &light, &bar);
        }
    }
}

/* ---- All of it ------------------------------------------------------------------------------ */

static void
snapshot_picture (GessoCanvas *self, GtkSnapshot *snapshot, const GdkRectangle *visible)
{
  int scale_factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double scale = gesso_view_get_zoom (self->view) * scale_factor;
  double grid = fmod (gesso_view_get_angle (self->view), 90) == 0 ? scale : 0;
  int level = gesso_tile_cache_choose_level (scale);
  gboolean masked = gesso_mask_look_has_any (self->painting);

  update_tiles (self, level, visible, masked);
  snapshot_checkerboard (self, snapshot, visible);
  gesso_tile_cache_snapshot (self->picture, level, visible, grid, snapshot);
  if (self->overlay)
    {
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) self->overlay_area.x,
                                                              (float) self->overlay_area.y));
      gdk_paintable_snapshot (self->overlay, snapshot, self->overlay_area.width,
                              self->overlay_area.height);
      gtk_snapshot_restore (snapshot);
    }
  if (masked)
    gesso_tile_cache_snapshot (self->masks, level, visible, grid, snapshot);
}

void
gesso_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GessoCanvas *self = GESSO_CANVAS (widget);
  gint64 start = gesso_thread_time (), composite = self->work.composite;
  GessoTool *tool = gesso_toolbox_get_tool (self->toolbox, gesso_toolbox_get_kind (self->toolbox));
  GdkRectangle visible;

  if (self->painting == NULL)
    return;

  gtk_snapshot_save (snapshot);
  gesso_view_apply (self->view, snapshot);
  gesso_canvas_snapshot_frame_ground (self, snapshot);
  snapshot_edge (self, snapshot);
  if (gesso_view_get_visible (self->view, &visible))
    snapshot_picture (self, snapshot, &visible);
  gtk_snapshot_restore (snapshot);

  if (visible.width > 0)
    snapshot_selection (self, snapshot, &visible);
  gesso_canvas_snapshot_frame (self, snapshot);
  gesso_tool_snapshot (tool, snapshot, self->view);
  if (self->pointer_inside && !self->space && gesso_tool_get_cursor (tool) == NULL)
    snapshot_brush (self, snapshot);

  self->work.snapshot += gesso_thread_time () - start - (self->work.composite - composite);
}
