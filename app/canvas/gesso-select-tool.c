/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rectangle and lasso: a shape is drawn and joins the selection; a click selects all again. */
#include "config.h"

#include "document/gesso-selection.h"
#include "gesso-toolbox.h"

#include <glib/gi18n.h>
#include <math.h>

#define CLICK 3.0 /* widget pixels: shorter drags are clicks */

#define GESSO_TYPE_SELECT_TOOL (gesso_select_tool_get_type ())
G_DECLARE_FINAL_TYPE (GessoSelectTool, gesso_select_tool, GESSO, SELECT_TOOL, GessoTool)

struct _GessoSelectTool
{
  GessoTool    parent_instance;

  gboolean     lasso;
  GArray      *points; /* of graphene_point_t, in the picture: all of a lasso, both corners  */
  double       travel; /* widget pixels from the press                                       */
  GessoCombine how;
};

G_DEFINE_FINAL_TYPE (GessoSelectTool, gesso_select_tool, GESSO_TYPE_TOOL)

static graphene_point_t *
nth (GessoSelectTool *self, guint i)
{
  return &g_array_index (self->points, graphene_point_t, i);
}

static gboolean
gesso_select_tool_press (GessoTool *tool, const GessoToolEvent *event)
{
  GessoSelectTool *self = GESSO_SELECT_TOOL (tool);
  graphene_point_t point = GRAPHENE_POINT_INIT ((float) event->x, (float) event->y);

  self->how = event->state & GDK_SHIFT_MASK     ? GESSO_COMBINE_ADD
              : event->state & GDK_CONTROL_MASK ? GESSO_COMBINE_SUBTRACT
                                                : GESSO_COMBINE_REPLACE;
  if (event->state & GDK_SHIFT_MASK && event->state & GDK_CONTROL_MASK)
    self->how = GESSO_COMBINE_INTERSECT;
  g_array_set_size (self->points, 0);
  g_array_append_val (self->points, point);
  g_array_append_val (self->points, point);
  self->travel = 0;

  return TRUE;
}

static void
gesso_select_tool_drag (GessoTool *tool, const GessoToolEvent *event)
{
  GessoSelectTool *self = GESSO_SELECT_TOOL (tool);
  graphene_point_t point = GRAPHENE_POINT_INIT ((float) event->x, (float) event->y);
  graphene_point_t *last = nth (self, self->points->len - 1);
  double moved = hypot (point.x - last->x, point.y - last->y) * event->zoom;

  if (!self->lasso)
    *last = point;
  else if (moved >= 1)
    g_array_append_val (self->points, point);
  self->travel = MAX (self->travel, hypot (point.x - nth (self, 0)->x, point.y - nth (self, 0)->y) *
                                        event->zoom);
  gesso_toolbox_redraw (gesso_tool_get_toolbox (tool));
}

static GessoTiles *
make_shape (GessoSelectTool *self, const GdkRectangle *picture)
{
  int left, top, right, bottom;
  GdkRectangle area;

  if (self->lasso)
    return gesso_selection_new_polygon ((graphene_point_t *) (gpointer) self->points->data,
                                        self->points->len, picture);

  left = (int) lrintf (MIN (nth (self, 0)->x, nth (self, 1)->x));
  right = (int) lrintf (MAX (nth (self, 0)->x, nth (self, 1)->x));
  top = (int) lrintf (MIN (nth (self, 0)->y, nth (self, 1)->y));
  bottom = (int) lrintf (MAX (nth (self, 0)->y, nth (self, 1)->y));
  area = (GdkRectangle) { left, top, MAX (right - left, 1), MAX (bottom - top, 1) };
  if (!gdk_rectangle_intersect (&area, picture, &area))
    return gesso_tiles_new (1);

  return gesso_selection_new_rectangle (&area);
}

static void
gesso_select_tool_release (GessoTool *tool, const GessoToolEvent *event)
{
  GessoSelectTool *self = GESSO_SELECT_TOOL (tool);
  GessoToolbox *toolbox = gesso_tool_get_toolbox (tool);
  GessoPainting *painting = gesso_toolbox_get_painting (toolbox);
  const GdkRectangle picture = { 0, 0, (int) gesso_painting_get_width (painting),
                                 (int) gesso_painting_get_height (painting) };
  GessoTiles *old = gesso_painting_get_selection (painting);

  if (self->travel < CLICK)
    {
      if (old && self->how == GESSO_COMBINE_REPLACE)
        gesso_painting_set_selection (painting, _("Select All"), NULL);
    }
  else
    {
      g_autoptr (GessoTiles) shape = make_shape (self, &picture);
      g_autoptr (GessoTiles) joined = gesso_selection_combine (old, shape, self->how, &picture);

      gesso_painting_set_selection (painting, _("Select"), joined);
    }
  g_array_set_size (self->points, 0);
  gesso_toolbox_redraw (toolbox);
}

static void
gesso_select_tool_cancel (GessoTool *tool)
{
  g_array_set_size (GESSO_SELECT_TOOL (tool)->points, 0);
  gesso_toolbox_redraw (gesso_tool_get_toolbox (tool));
}

static void
gesso_select_tool_snapshot (GessoTool *tool, GtkSnapshot *snapshot, GessoView *view)
{
  GessoSelectTool *self = GESSO_SELECT_TOOL (tool);
  guint n = self->points->len;

  if (n < 2)
    return;

  if (self->lasso)
    for (guint i = 0; i < n; i++)
      {
        graphene_point_t *a = nth (self, i), *b = nth (self, (i + 1) % n);

        gesso_tool_append_line (snapshot, gesso_view_to_widget (view, a->x, a->y),
                                gesso_view_to_widget (view, b->x, b->y));
      }
  else
    {
      graphene_point_t a = *nth (self, 0), b = *nth (self, 1);
      const GessoPoint corners[4] = {
        gesso_view_to_widget (view, a.x, a.y), gesso_view_to_widget (view, b.x, a.y),
        gesso_view_to_widget (view, b.x, b.y), gesso_view_to_widget (view, a.x, b.y)
      };

      for (guint i = 0; i < 4; i++)
        gesso_tool_append_line (snapshot, corners[i], corners[(i + 1) % 4]);
    }
}

static void
gesso_select_tool_finalize (GObject *object)
{
  g_array_unref (GESSO_SELECT_TOOL (object)->points);

  G_OBJECT_CLASS (gesso_select_tool_parent_class)->finalize (object);
}

static void
gesso_select_tool_class_init (GessoSelectToolClass *klass)
{
  GessoToolClass *tool_class = GESSO_TOOL_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gesso_select_tool_finalize;
  tool_class->press = gesso_select_tool_press;
  tool_class->drag = gesso_select_tool_drag;
  tool_class->release = gesso_select_tool_release;
  tool_class->cancel = gesso_select_tool_cancel;
  tool_class->snapshot = gesso_select_tool_snapshot;
}

static void
gesso_select_tool_init (GessoSelectTool *self)
{
  self->points = g_array_new (FALSE, FALSE, sizeof (graphene_point_t));
}

GessoTool *
gesso_select_tool_new (gboolean lasso)
{
  GessoSelectTool *self = g_object_new (GESSO_TYPE_SELECT_TOOL, NULL);

  self->lasso = lasso;

  return GESSO_TOOL (self);
}
