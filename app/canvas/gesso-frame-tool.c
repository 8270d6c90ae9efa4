/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame's tool: drag it or its edges, or a new one outside it; arrow keys move it. */
#include "config.h"

#include "gesso-frame.h"
#include "gesso-toolbox.h"

#include <glib/gi18n.h>
#include <math.h>

#define REACH 8.0 /* widget pixels round an edge    */
#define FAR 8     /* steps of an arrow key with Shift */

#define GESSO_TYPE_FRAME_TOOL (gesso_frame_tool_get_type ())
G_DECLARE_FINAL_TYPE (GessoFrameTool, gesso_frame_tool, GESSO, FRAME_TOOL, GessoTool)

struct _GessoFrameTool
{
  GessoTool      parent_instance;

  GessoFramePart part, hovered;
  GdkRectangle   start;
  double         start_x, start_y;
  gboolean       fresh; /* a new one is drawn */
};

G_DEFINE_FINAL_TYPE (GessoFrameTool, gesso_frame_tool, GESSO_TYPE_TOOL)

static GessoPainting *
get_painting (GessoTool *tool)
{
  return gesso_toolbox_get_painting (gesso_tool_get_toolbox (tool));
}

static gboolean
gesso_frame_tool_press (GessoTool *tool, const GessoToolEvent *event)
{
  GessoFrameTool *self = GESSO_FRAME_TOOL (tool);

  gesso_painting_get_frame (get_painting (tool), &self->start);
  self->start_x = event->x;
  self->start_y = event->y;
  self->part = gesso_frame_find_part (&self->start, event->x, event->y, REACH / event->zoom);
  self->fresh = self->part == GESSO_FRAME_NONE;
  gesso_painting_begin (get_painting (tool), self->fresh ? _("Draw Frame") : _("Move Frame"));

  return TRUE;
}

static void
gesso_frame_tool_drag (GessoTool *tool, const GessoToolEvent *event)
{
  GessoFrameTool *self = GESSO_FRAME_TOOL (tool);
  double dx = event->x - self->start_x, dy = event->y - self->start_y;
  GdkRectangle frame;

  if (self->fresh)
    {
      frame = (GdkRectangle) { (int) floor (MIN (self->start_x, event->x)),
                               (int) floor (MIN (self->start_y, event->y)), (int) fabs (dx),
                               (int) fabs (dy) };
      gesso_frame_snap (&frame);
    }
  else
    gesso_frame_drag (&self->start, self->part, dx, dy, (event->state & GDK_SHIFT_MASK) != 0,
                      &frame);
  gesso_painting_set_frame (get_painting (tool), &frame);
}

static void
gesso_frame_tool_release (GessoTool *tool, const GessoToolEvent *event)
{
  gesso_painting_end (get_painting (tool));
}

static void
gesso_frame_tool_cancel (GessoTool *tool)
{
  gesso_painting_cancel (get_painting (tool));
}

static void
gesso_frame_tool_hover (GessoTool *tool, const GessoToolEvent *event)
{
  GessoFrameTool *self = GESSO_FRAME_TOOL (tool);
  GdkRectangle frame;

  gesso_painting_get_frame (get_painting (tool), &frame);
  self->hovered = gesso_frame_find_part (&frame, event->x, event->y, REACH / event->zoom);
}

static gboolean
gesso_frame_tool_key (GessoTool *tool, guint keyval, GdkModifierType state)
{
  int step = GESSO_FRAME_STEP * (state & GDK_SHIFT_MASK ? FAR : 1);
  int dx = (keyval == GDK_KEY_Right) - (keyval == GDK_KEY_Left);
  int dy = (keyval == GDK_KEY_Down) - (keyval == GDK_KEY_Up);
  GdkRectangle old, frame;

  if ((dx == 0 && dy == 0) || gesso_tool_is_busy (tool))
    return FALSE;

  gesso_painting_get_frame (get_painting (tool), &old);
  gesso_frame_drag (&old, GESSO_FRAME_INSIDE, dx * step, dy * step, FALSE, &frame);
  gesso_painting_set_frame (get_painting (tool), &frame);

  return TRUE;
}

static const char *
gesso_frame_tool_cursor (GessoTool *tool)
{
  static const char *const names[] = {
    [GESSO_FRAME_NONE] = "crosshair",
    [GESSO_FRAME_LEFT] = "ew-resize",
    [GESSO_FRAME_RIGHT] = "ew-resize",
    [GESSO_FRAME_TOP] = "ns-resize",
    [GESSO_FRAME_BOTTOM] = "ns-resize",
    [GESSO_FRAME_TOP | GESSO_FRAME_LEFT] = "nwse-resize",
    [GESSO_FRAME_BOTTOM | GESSO_FRAME_RIGHT] = "nwse-resize",
    [GESSO_FRAME_TOP | GESSO_FRAME_RIGHT] = "nesw-resize",
    [GESSO_FRAME_BOTTOM | GESSO_FRAME_LEFT] = "nesw-resize",
    [GESSO_FRAME_INSIDE] = "move",
  };

  return names[GESSO_FRAME_TOOL (tool)->hovered];
}

static void
gesso_frame_tool_class_init (GessoFrameToolClass *klass)
{
  GessoToolClass *tool_class = GESSO_TOOL_CLASS (klass);

  tool_class->press = gesso_frame_tool_press;
  tool_class->drag = gesso_frame_tool_drag;
  tool_class->release = gesso_frame_tool_release;
  tool_class->cancel = gesso_frame_tool_cancel;
  tool_class->hover = gesso_frame_tool_hover;
  tool_class->key = gesso_frame_tool_key;
  tool_class->cursor = gesso_frame_tool_cursor;
}

static void
gesso_frame_tool_init (GessoFrameTool *self)
{
}

GessoTool *
gesso_frame_tool_new (void)
{
  return g_object_new (GESSO_TYPE_FRAME_TOOL, NULL);
}
