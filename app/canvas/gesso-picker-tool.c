/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picker: the colour of the picture under the pointer becomes the brush's. */
#include "config.h"

#include "gesso-toolbox.h"

#include <math.h>

#define GESSO_TYPE_PICKER_TOOL (gesso_picker_tool_get_type ())
G_DECLARE_FINAL_TYPE (GessoPickerTool, gesso_picker_tool, GESSO, PICKER_TOOL, GessoTool)

struct _GessoPickerTool
{
  GessoTool parent_instance;
};

G_DEFINE_FINAL_TYPE (GessoPickerTool, gesso_picker_tool, GESSO_TYPE_TOOL)

static void
pick (GessoTool *tool, const GessoToolEvent *event)
{
  GessoToolbox *toolbox = gesso_tool_get_toolbox (tool);
  GessoPainting *painting = gesso_toolbox_get_painting (toolbox);
  int x = (int) floor (event->x), y = (int) floor (event->y);
  GdkRGBA color;
  guint8 rgba[4];

  if (x < 0 || y < 0 || x >= (int) gesso_painting_get_width (painting) ||
      y >= (int) gesso_painting_get_height (painting))
    return;

  gesso_painting_pick (painting, x, y, rgba);
  if (rgba[3] == 0)
    return; /* nothing is no colour */
  color = (GdkRGBA) { (float) rgba[0] / 255, (float) rgba[1] / 255, (float) rgba[2] / 255, 1 };
  gesso_toolbox_set_color (toolbox, &color);
}

static gboolean
gesso_picker_tool_press (GessoTool *tool, const GessoToolEvent *event)
{
  pick (tool, event);
  return TRUE;
}

static void
gesso_picker_tool_class_init (GessoPickerToolClass *klass)
{
  GessoToolClass *tool_class = GESSO_TOOL_CLASS (klass);

  tool_class->press = gesso_picker_tool_press;
  tool_class->drag = pick;
}

static void
gesso_picker_tool_init (GessoPickerTool *self)
{
}

GessoTool *
gesso_picker_tool_new (void)
{
  return g_object_new (GESSO_TYPE_PICKER_TOOL, NULL);
}
