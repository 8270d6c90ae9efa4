/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Move: the active layer, or what of it is selected, goes along with the pointer or arrow keys. */
#include "config.h"

#include "gesso-toolbox.h"

#include <glib/gi18n.h>
#include <math.h>

#define FAR 10 /* pixels of an arrow key with Shift */

#define GESSO_TYPE_MOVE_TOOL (gesso_move_tool_get_type ())
G_DECLARE_FINAL_TYPE (GessoMoveTool, gesso_move_tool, GESSO, MOVE_TOOL, GessoTool)

struct _GessoMoveTool
{
  GessoTool   parent_instance;

  GessoLayer *layer; /* while it is dragged */
  double      start_x, start_y;
  int         dx, dy;
};

G_DEFINE_FINAL_TYPE (GessoMoveTool, gesso_move_tool, GESSO_TYPE_TOOL)

static gboolean
move (GessoTool *tool, GessoLayer *layer, int dx, int dy)
{
  GessoToolbox *toolbox = gesso_tool_get_toolbox (tool);
  g_autoptr (GError) error = NULL;

  if (gesso_painting_move_layer (gesso_toolbox_get_painting (toolbox), layer, dx, dy, &error))
    return TRUE;

  gesso_toolbox_say (toolbox, error->message);
  return FALSE;
}

static gboolean
gesso_move_tool_press (GessoTool *tool, const GessoToolEvent *event)
{
  GessoMoveTool *self = GESSO_MOVE_TOOL (tool);
  GessoPainting *painting = gesso_toolbox_get_painting (gesso_tool_get_toolbox (tool));
  GessoLayer *layer = gesso_painting_get_active (painting);

  if (layer == NULL)
    return FALSE;

  gesso_painting_begin (painting, _("Move"));
  if (!move (tool, layer, 0, 0))
    {
      gesso_painting_cancel (painting);
      return FALSE;
    }
  self->layer = g_object_ref (layer);
  self->start_x = event->x;
  self->start_y = event->y;
  self->dx = self->dy = 0;

  return TRUE;
}

/* Always from where it was: what is lifted and dropped over and over would smear. */
static void
gesso_move_tool_drag (GessoTool *tool, const GessoToolEvent *event)
{
  GessoMoveTool *self = GESSO_MOVE_TOOL (tool);
  GessoPainting *painting = gesso_toolbox_get_painting (gesso_tool_get_toolbox (tool));
  int dx = (int) lrint (event->x - self->start_x), dy = (int) lrint (event->y - self->start_y);

  if (event->state & GDK_SHIFT_MASK)
    {
      if (ABS (dx) > ABS (dy))
        dy = 0;
      else
        dx = 0;
    }
  if (dx == self->dx && dy == self->dy)
    return;

  self->dx = dx;
  self->dy = dy;
  gesso_painting_cancel (painting);
  gesso_painting_begin (painting, _("Move"));
  move (tool, self->layer, dx, dy);
}

static void
gesso_move_tool_release (GessoTool *tool, const GessoToolEvent *event)
{
  GessoMoveTool *self = GESSO_MOVE_TOOL (tool);

  g_clear_object (&self->layer);
  gesso_painting_end (gesso_toolbox_get_painting (gesso_tool_get_toolbox (tool)));
}

static void
gesso_move_tool_cancel (GessoTool *tool)
{
  GessoMoveTool *self = GESSO_MOVE_TOOL (tool);

  g_clear_object (&self->layer);
  gesso_painting_cancel (gesso_toolbox_get_painting (gesso_tool_get_toolbox (tool)));
}

static gboolean
gesso_move_tool_key (GessoTool *tool, guint keyval, GdkModifierType state)
{
  GessoPainting *painting = gesso_toolbox_get_painting (gesso_tool_get_toolbox (tool));
  GessoLayer *layer = gesso_painting_get_active (painting);
  int step = state & GDK_SHIFT_MASK ? FAR : 1;
  int dx = (keyval == GDK_KEY_Right) - (keyval == GDK_KEY_Left);
  int dy = (keyval == GDK_KEY_Down) - (keyval == GDK_KEY_Up);

  if ((dx == 0 && dy == 0) || layer == NULL || gesso_tool_is_busy (tool))
    return FALSE;

  gesso_painting_begin_merging (painting, _("Move"), "move", layer);
  move (tool, layer, dx * step, dy * step);
  gesso_painting_end (painting);

  return TRUE;
}

static const char *
gesso_move_tool_cursor (GessoTool *tool)
{
  return "move";
}

static void
gesso_move_tool_class_init (GessoMoveToolClass *klass)
{
  GessoToolClass *tool_class = GESSO_TOOL_CLASS (klass);

  tool_class->press = gesso_move_tool_press;
  tool_class->drag = gesso_move_tool_drag;
  tool_class->release = gesso_move_tool_release;
  tool_class->cancel = gesso_move_tool_cancel;
  tool_class->key = gesso_move_tool_key;
  tool_class->cursor = gesso_move_tool_cursor;
}

static void
gesso_move_tool_init (GessoMoveTool *self)
{
}

GessoTool *
gesso_move_tool_new (void)
{
  return g_object_new (GESSO_TYPE_MOVE_TOOL, NULL);
}
