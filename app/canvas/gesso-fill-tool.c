/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fill: a click floods what hangs together with the colour, on the active layer. */
#include "config.h"

#include "gesso-flood.h"
#include "gesso-toolbox.h"

#include <glib/gi18n.h>
#include <math.h>

#define GESSO_TYPE_FILL_TOOL (gesso_fill_tool_get_type ())
G_DECLARE_FINAL_TYPE (GessoFillTool, gesso_fill_tool, GESSO, FILL_TOOL, GessoTool)

struct _GessoFillTool
{
  GessoTool parent_instance;
};

G_DEFINE_FINAL_TYPE (GessoFillTool, gesso_fill_tool, GESSO_TYPE_TOOL)

static guint8
to_byte (double x)
{
  return (guint8) lrint (CLAMP (x, 0, 1) * 255);
}

static GessoLayer *
get_layer (GessoToolbox *toolbox)
{
  GessoLayer *active = gesso_painting_get_active (gesso_toolbox_get_painting (toolbox));

  return active ? active : gesso_toolbox_get_layer (toolbox, TRUE);
}

static gboolean
gesso_fill_tool_press (GessoTool *tool, const GessoToolEvent *event)
{
  GessoToolbox *toolbox = gesso_tool_get_toolbox (tool);
  GessoPainting *painting = gesso_toolbox_get_painting (toolbox);
  g_autoptr (GessoTiles) coverage = NULL;
  g_autoptr (GError) error = NULL;
  GdkRGBA color;
  guint8 rgba[4];
  GessoLayer *layer;

  if (event->state & GDK_CONTROL_MASK)
    {
      GessoTool *picker = gesso_toolbox_get_tool (toolbox, GESSO_TOOL_PICKER);

      gesso_tool_press (picker, event);
      gesso_tool_release (picker, event);
      return FALSE;
    }

  coverage = gesso_flood (painting, (int) floor (event->x), (int) floor (event->y),
                          gesso_toolbox_get_tolerance (toolbox));
  if (coverage == NULL)
    return FALSE;

  gesso_toolbox_get_color (toolbox, &color);
  rgba[0] = to_byte (color.red);
  rgba[1] = to_byte (color.green);
  rgba[2] = to_byte (color.blue);
  rgba[3] = to_byte (gesso_toolbox_get_opacity (toolbox));
  gesso_painting_begin (painting, _("Fill"));
  layer = get_layer (toolbox);
  if (layer && !gesso_flood_lay (painting, layer, _("Fill"), coverage, rgba, &error))
    gesso_toolbox_say (toolbox, error->message);
  gesso_painting_end (painting);

  return FALSE;
}

static void
gesso_fill_tool_class_init (GessoFillToolClass *klass)
{
  GESSO_TOOL_CLASS (klass)->press = gesso_fill_tool_press;
}

static void
gesso_fill_tool_init (GessoFillTool *self)
{
}

GessoTool *
gesso_fill_tool_new (void)
{
  return g_object_new (GESSO_TYPE_FILL_TOOL, NULL);
}
