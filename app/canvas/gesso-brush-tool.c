/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Brush, eraser, mask brush and mask eraser: they differ in the layer and in what they lay on it. */
#include "config.h"

#include "gesso-stroke.h"
#include "gesso-toolbox.h"

#include <glib/gi18n.h>
#include <math.h>

#define GESSO_TYPE_BRUSH_TOOL (gesso_brush_tool_get_type ())
G_DECLARE_FINAL_TYPE (GessoBrushTool, gesso_brush_tool, GESSO, BRUSH_TOOL, GessoTool)

struct _GessoBrushTool
{
  GessoTool     parent_instance;

  GessoToolKind kind;
  GessoStroke  *stroke;
  gboolean      picking; /* Ctrl was down */
};

G_DEFINE_FINAL_TYPE (GessoBrushTool, gesso_brush_tool, GESSO_TYPE_TOOL)

static gboolean
is_on_mask (GessoBrushTool *self)
{
  return self->kind == GESSO_TOOL_MASK_BRUSH || self->kind == GESSO_TOOL_MASK_ERASER;
}

static guint8
to_byte (float x)
{
  return (guint8) lrintf (CLAMP (x, 0, 1) * 255);
}

static void
get_style (GessoBrushTool *self, gboolean erase, GessoStrokeStyle *style)
{
  GessoToolbox *toolbox = gesso_tool_get_toolbox (GESSO_TOOL (self));
  GdkRGBA color;

  gesso_toolbox_get_color (toolbox, &color);
  *style = (GessoStrokeStyle) {
    .color = { to_byte (color.red), to_byte (color.green), to_byte (color.blue), 255 },
    .erase = erase,
    .size = gesso_toolbox_get_size (toolbox),
    .hardness = gesso_toolbox_get_hardness (toolbox),
    .opacity = gesso_toolbox_get_opacity (toolbox),
  };
}

static GessoLayer *
get_layer (GessoBrushTool *self, gboolean make)
{
  GessoToolbox *toolbox = gesso_tool_get_toolbox (GESSO_TOOL (self));
  GessoLayer *active = gesso_painting_get_active (gesso_toolbox_get_painting (toolbox));

  if (is_on_mask (self) || (active && gesso_layer_get_kind (active) == GESSO_LAYER_MASK))
    return gesso_toolbox_get_mask (toolbox, make);

  return gesso_toolbox_get_layer (toolbox, make);
}

static void
pick (GessoBrushTool *self, const GessoToolEvent *event)
{
  GessoTool *picker = gesso_toolbox_get_tool (gesso_tool_get_toolbox (GESSO_TOOL (self)),
                                              GESSO_TOOL_PICKER);

  gesso_tool_press (picker, event);
  gesso_tool_release (picker, event);
}

static gboolean
gesso_brush_tool_press (GessoTool *tool, const GessoToolEvent *event)
{
  GessoBrushTool *self = GESSO_BRUSH_TOOL (tool);
  GessoToolbox *toolbox = gesso_tool_get_toolbox (tool);
  GessoPainting *painting = gesso_toolbox_get_painting (toolbox);
  gboolean erases = self->kind == GESSO_TOOL_ERASER || self->kind == GESSO_TOOL_MASK_ERASER;
  gboolean erase = erases != event->other;
  const char *name = is_on_mask (self) ? (erase ? _("Erase Mask") : _("Paint Mask"))
                                       : (erase ? _("Erase") : _("Brush Stroke"));
  g_autoptr (GError) error = NULL;
  GessoStrokeStyle style;
  GessoLayer *layer;

  self->picking = (event->state & GDK_CONTROL_MASK) != 0 && !is_on_mask (self);
  if (self->picking)
    {
      pick (self, event);
      return TRUE;
    }

  get_style (self, erase, &style);
  gesso_painting_begin (painting, name);
  layer = get_layer (self, !erase);
  if (layer)
    self->stroke = gesso_stroke_begin (painting, layer, name, &style, &error);
  if (self->stroke == NULL)
    {
      gesso_painting_cancel (painting);
      if (error)
        gesso_toolbox_say (toolbox, error->message);
      return FALSE;
    }
  gesso_stroke_add (self->stroke, event->x, event->y, event->pressure);
  gesso_stroke_flush (self->stroke);

  return TRUE;
}

static void
gesso_brush_tool_drag (GessoTool *tool, const GessoToolEvent *event)
{
  GessoBrushTool *self = GESSO_BRUSH_TOOL (tool);

  if (self->picking)
    {
      pick (self, event);
      return;
    }

  gesso_stroke_add (self->stroke, event->x, event->y, event->pressure);
  if (!event->more)
    gesso_stroke_flush (self->stroke);
}

static void
gesso_brush_tool_release (GessoTool *tool, const GessoToolEvent *event)
{
  GessoBrushTool *self = GESSO_BRUSH_TOOL (tool);
  GessoToolbox *toolbox = gesso_tool_get_toolbox (tool);

  if (self->picking)
    return;

  gesso_stroke_end (g_steal_pointer (&self->stroke));
  if (is_on_mask (self))
    gesso_toolbox_follow_mask (toolbox);
  gesso_painting_end (gesso_toolbox_get_painting (toolbox));
}

static void
gesso_brush_tool_cancel (GessoTool *tool)
{
  GessoBrushTool *self = GESSO_BRUSH_TOOL (tool);

  if (self->picking)
    return;

  gesso_stroke_cancel (g_steal_pointer (&self->stroke));
  gesso_painting_cancel (gesso_toolbox_get_painting (gesso_tool_get_toolbox (tool)));
}

/* The canvas draws a ring of the brush's size. */
static const char *
gesso_brush_tool_cursor (GessoTool *tool)
{
  return NULL;
}

static void
gesso_brush_tool_class_init (GessoBrushToolClass *klass)
{
  GessoToolClass *tool_class = GESSO_TOOL_CLASS (klass);

  tool_class->press = gesso_brush_tool_press;
  tool_class->drag = gesso_brush_tool_drag;
  tool_class->release = gesso_brush_tool_release;
  tool_class->cancel = gesso_brush_tool_cancel;
  tool_class->cursor = gesso_brush_tool_cursor;
}

static void
gesso_brush_tool_init (GessoBrushTool *self)
{
}

GessoTool *
gesso_brush_tool_new (GessoToolKind kind)
{
  GessoBrushTool *self = g_object_new (GESSO_TYPE_BRUSH_TOOL, NULL);

  self->kind = kind;

  return GESSO_TOOL (self);
}
