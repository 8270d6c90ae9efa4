/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The base of all tools: calls into the class, and remembers whether something has begun. */
#include "config.h"

#include "gesso-tool.h"

#include <math.h>

#define DASH 5

typedef struct
{
  GessoToolbox *toolbox;
  gboolean      busy;
} GessoToolPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (GessoTool, gesso_tool, G_TYPE_OBJECT)

static GessoToolPrivate *
get_private (GessoTool *self)
{
  return gesso_tool_get_instance_private (self);
}

GessoToolbox *
gesso_tool_get_toolbox (GessoTool *self)
{
  return get_private (self)->toolbox;
}

void
gesso_tool_set_toolbox (GessoTool *self, GessoToolbox *toolbox)
{
  get_private (self)->toolbox = toolbox;
}

gboolean
gesso_tool_press (GessoTool *self, const GessoToolEvent *event)
{
  GessoToolPrivate *priv = get_private (self);

  if (priv->busy)
    gesso_tool_cancel (self);
  priv->busy = GESSO_TOOL_GET_CLASS (self)->press (self, event);

  return priv->busy;
}

void
gesso_tool_drag (GessoTool *self, const GessoToolEvent *event)
{
  if (get_private (self)->busy && GESSO_TOOL_GET_CLASS (self)->drag)
    GESSO_TOOL_GET_CLASS (self)->drag (self, event);
}

void
gesso_tool_release (GessoTool *self, const GessoToolEvent *event)
{
  if (!get_private (self)->busy)
    return;

  get_private (self)->busy = FALSE;
  if (GESSO_TOOL_GET_CLASS (self)->release)
    GESSO_TOOL_GET_CLASS (self)->release (self, event);
}

void
gesso_tool_cancel (GessoTool *self)
{
  if (!get_private (self)->busy)
    return;

  get_private (self)->busy = FALSE;
  if (GESSO_TOOL_GET_CLASS (self)->cancel)
    GESSO_TOOL_GET_CLASS (self)->cancel (self);
}

void
gesso_tool_hover (GessoTool *self, const GessoToolEvent *event)
{
  if (GESSO_TOOL_GET_CLASS (self)->hover)
    GESSO_TOOL_GET_CLASS (self)->hover (self, event);
}

gboolean
gesso_tool_key (GessoTool *self, guint keyval, GdkModifierType state)
{
  return GESSO_TOOL_GET_CLASS (self)->key && GESSO_TOOL_GET_CLASS (self)->key (self, keyval, state);
}

void
gesso_tool_snapshot (GessoTool *self, GtkSnapshot *snapshot, GessoView *view)
{
  if (GESSO_TOOL_GET_CLASS (self)->snapshot)
    GESSO_TOOL_GET_CLASS (self)->snapshot (self, snapshot, view);
}

const char *
gesso_tool_get_cursor (GessoTool *self)
{
  return GESSO_TOOL_GET_CLASS (self)->cursor ? GESSO_TOOL_GET_CLASS (self)->cursor (self)
                                             : "crosshair";
}

gboolean
gesso_tool_is_busy (GessoTool *self)
{
  return get_private (self)->busy;
}

static void
gesso_tool_class_init (GessoToolClass *klass)
{
}

static void
gesso_tool_init (GessoTool *self)
{
}

void
gesso_tool_append_line (GtkSnapshot *snapshot, GessoPoint from, GessoPoint to)
{
  const GdkRGBA white = { 1, 1, 1, 0.9f }, black = { 0, 0, 0, 0.9f };
  double length = hypot (to.x - from.x, to.y - from.y);

  if (length < 0.5)
    return;

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) from.x, (float) from.y));
  gtk_snapshot_rotate (snapshot, (float) (atan2 (to.y - from.y, to.x - from.x) * 180 / G_PI));
  gtk_snapshot_append_color (snapshot, &white,
                             &GRAPHENE_RECT_INIT (0, -0.5f, (float) length, 1));
  for (double at = 0; at < length; at += 2 * DASH)
    gtk_snapshot_append_color (snapshot, &black,
                               &GRAPHENE_RECT_INIT ((float) at, -0.5f,
                                                    (float) MIN (DASH, length - at), 1));
  gtk_snapshot_restore (snapshot);
}
