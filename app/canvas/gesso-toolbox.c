/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Properties, and the few rules about which layer is painted on. */
#include "config.h"

#include "gesso-toolbox.h"

#include "gesso-frame.h"

#include <math.h>

#define SIZE_STEP 1.12      /* a step of [ and ] */
#define MAX_SIZE 1000.0
#define FRAME_CONTEXT 0.25  /* of the mask's longer side, to each side of it */

struct _GessoToolbox
{
  GObject        parent_instance;

  GessoPainting *painting;
  GessoTool     *tools[GESSO_N_TOOLS];
  GessoToolKind  kind;
  double         size, hardness, opacity;
  GdkRGBA        color;
  guint          tolerance;
  gboolean       follow_mask;
};

enum
{
  PROP_0,
  PROP_PAINTING,
  PROP_TOOL,
  PROP_SIZE,
  PROP_HARDNESS,
  PROP_OPACITY,
  PROP_COLOR,
  PROP_TOLERANCE,
  PROP_FOLLOW_MASK,
  N_PROPS
};

enum
{
  REDRAW,
  MESSAGE,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (GessoToolbox, gesso_toolbox, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* ---- What tools ask ------------------------------------------------------------------------- */

static gboolean
is_mask (GessoLayer *layer)
{
  return gesso_layer_get_kind (layer) == GESSO_LAYER_MASK;
}

static gboolean
is_editable (GessoLayer *layer)
{
  return gesso_layer_get_visible (layer) && !gesso_layer_get_locked (layer);
}

GessoLayer *
gesso_toolbox_get_mask (GessoToolbox *self, gboolean make)
{
  GessoLayer *active = gesso_painting_get_active (self->painting);
  GessoLayer *mask;

  if (active && is_mask (active))
    return active;
  for (guint i = 0; i < gesso_painting_get_n_layers (self->painting); i++)
    {
      GessoLayer *layer = gesso_painting_get_layer (self->painting, i);

      if (is_mask (layer) && is_editable (layer))
        return layer;
    }
  if (!make)
    return NULL;

  /* On top, and what was painted on stays at hand. */
  mask = gesso_painting_new_layer (self->painting, GESSO_LAYER_MASK);
  if (mask && active)
    {
      gesso_painting_reorder_layer (self->painting, mask, 0);
      gesso_painting_set_active (self->painting, active);
    }

  return mask;
}

GessoLayer *
gesso_toolbox_get_layer (GessoToolbox *self, gboolean make)
{
  GessoLayer *active = gesso_painting_get_active (self->painting);

  if (active && !is_mask (active))
    return active;
  for (guint i = 0; i < gesso_painting_get_n_layers (self->painting); i++)
    {
      GessoLayer *layer = gesso_painting_get_layer (self->painting, i);

      if (!is_mask (layer) && is_editable (layer))
        return layer;
    }

  return make ? gesso_painting_new_layer (self->painting, GESSO_LAYER_RASTER) : NULL;
}

void
gesso_toolbox_follow_mask (GessoToolbox *self)
{
  GessoLayer *mask = self->follow_mask ? gesso_toolbox_get_mask (self, FALSE) : NULL;
  GdkRectangle bounds, frame;
  int x, y;

  if (mask == NULL || !gesso_tiles_get_bounds (gesso_layer_get_tiles (mask), &bounds))
    return;

  gesso_layer_get_offset (mask, &x, &y);
  bounds.x += x;
  bounds.y += y;
  gesso_frame_follow (&bounds, FRAME_CONTEXT, GESSO_FRAME_MIN,
                      (int) gesso_painting_get_width (self->painting),
                      (int) gesso_painting_get_height (self->painting), &frame);
  gesso_painting_set_frame (self->painting, &frame);
}

void
gesso_toolbox_redraw (GessoToolbox *self)
{
  g_signal_emit (self, signals[REDRAW], 0);
}

void
gesso_toolbox_say (GessoToolbox *self, const char *text)
{
  g_signal_emit (self, signals[MESSAGE], 0, text);
}

/* ---- What is at hand ------------------------------------------------------------------------ */

GessoTool *
gesso_toolbox_get_tool (GessoToolbox *self, GessoToolKind kind)
{
  return self->tools[kind];
}

GessoToolKind
gesso_toolbox_get_kind (GessoToolbox *self)
{
  return self->kind;
}

void
gesso_toolbox_set_kind (GessoToolbox *self, GessoToolKind kind)
{
  if (kind == self->kind || kind >= GESSO_N_TOOLS)
    return;

  gesso_tool_cancel (self->tools[self->kind]);
  self->kind = kind;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TOOL]);
  gesso_toolbox_redraw (self);
}

void
gesso_toolbox_toggle_eraser (GessoToolbox *self)
{
  switch (self->kind)
    {
    case GESSO_TOOL_MASK_BRUSH:
      gesso_toolbox_set_kind (self, GESSO_TOOL_MASK_ERASER);
      break;
    case GESSO_TOOL_MASK_ERASER:
      gesso_toolbox_set_kind (self, GESSO_TOOL_MASK_BRUSH);
      break;
    case GESSO_TOOL_ERASER:
      gesso_toolbox_set_kind (self, GESSO_TOOL_BRUSH);
      break;
    default:
      gesso_toolbox_set_kind (self, GESSO_TOOL_ERASER);
      break;
    }
}

void
gesso_toolbox_resize_brush (GessoToolbox *self, int steps)
{
  double size = self->size * pow (SIZE_STEP, steps);

  /* Whole pixels, and never no step at all. */
  size = steps > 0 ? MAX (round (size), self->size + 1) : MIN (round (size), self->size - 1);
  g_object_set (self, "size", CLAMP (size, 1, MAX_SIZE), NULL);
}

GessoPainting *
gesso_toolbox_get_painting (GessoToolbox *self)
{
  return self->painting;
}

void
gesso_toolbox_set_painting (GessoToolbox *self, GessoPainting *painting)
{
  if (painting == self->painting)
    return;

  gesso_tool_cancel (self->tools[self->kind]);
  g_set_object (&self->painting, painting);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAINTING]);
}

double
gesso_toolbox_get_size (GessoToolbox *self)
{
  return self->size;
}

double
gesso_toolbox_get_hardness (GessoToolbox *self)
{
  return self->hardness;
}

double
gesso_toolbox_get_opacity (GessoToolbox *self)
{
  return self->opacity;
}

guint
gesso_toolbox_get_tolerance (GessoToolbox *self)
{
  return self->tolerance;
}

void
gesso_toolbox_get_color (GessoToolbox *self, GdkRGBA *color)
{
  *color = self->color;
}

void
gesso_toolbox_set_color (GessoToolbox *self, const GdkRGBA *color)
{
  GdkRGBA opaque = *color;

  opaque.alpha = 1;
  if (gdk_rgba_equal (&opaque, &self->color))
    return;

  self->color = opaque;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COLOR]);
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_toolbox_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GessoToolbox *self = GESSO_TOOLBOX (object);

  switch (prop_id)
    {
    case PROP_PAINTING:
      g_value_set_object (value, self->painting);
      break;
    case PROP_TOOL:
      g_value_set_uint (value, self->kind);
      break;
    case PROP_SIZE:
      g_value_set_double (value, self->size);
      break;
    case PROP_HARDNESS:
      g_value_set_double (value, self->hardness);
      break;
    case PROP_OPACITY:
      g_value_set_double (value, self->opacity);
      break;
    case PROP_COLOR:
      g_value_set_boxed (value, &self->color);
      break;
    case PROP_TOLERANCE:
      g_value_set_uint (value, self->tolerance);
      break;
    case PROP_FOLLOW_MASK:
      g_value_set_boolean (value, self->follow_mask);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
set_double (GessoToolbox *self, double *field, const GValue *value, GParamSpec *pspec)
{
  if (*field == g_value_get_double (value))
    return;

  *field = g_value_get_double (value);
  g_object_notify_by_pspec (G_OBJECT (self), pspec);
  gesso_toolbox_redraw (self);
}

static void
gesso_toolbox_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  GessoToolbox *self = GESSO_TOOLBOX (object);

  switch (prop_id)
    {
    case PROP_PAINTING:
      gesso_toolbox_set_painting (self, g_value_get_object (value));
      break;
    case PROP_TOOL:
      gesso_toolbox_set_kind (self, g_value_get_uint (value));
      break;
    case PROP_SIZE:
      set_double (self, &self->size, value, pspec);
      break;
    case PROP_HARDNESS:
      set_double (self, &self->hardness, value, pspec);
      break;
    case PROP_OPACITY:
      set_double (self, &self->opacity, value, pspec);
      break;
    case PROP_COLOR:
      if (g_value_get_boxed (value))
        gesso_toolbox_set_color (self, g_value_get_boxed (value));
      break;
    case PROP_TOLERANCE:
      if (self->tolerance != g_value_get_uint (value))
        {
          self->tolerance = g_value_get_uint (value);
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    case PROP_FOLLOW_MASK:
      if (self->follow_mask != g_value_get_boolean (value))
        {
          self->follow_mask = g_value_get_boolean (value);
          g_object_notify_by_pspec (object, pspec);
          if (self->painting && !gesso_painting_is_changing (self->painting))
            gesso_toolbox_follow_mask (self);
        }
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gesso_toolbox_dispose (GObject *object)
{
  GessoToolbox *self = GESSO_TOOLBOX (object);

  gesso_toolbox_set_painting (self, NULL);

  G_OBJECT_CLASS (gesso_toolbox_parent_class)->dispose (object);
}

static void
gesso_toolbox_finalize (GObject *object)
{
  GessoToolbox *self = GESSO_TOOLBOX (object);

  for (guint i = 0; i < GESSO_N_TOOLS; i++)
    g_object_unref (self->tools[i]);

  G_OBJECT_CLASS (gesso_toolbox_parent_class)->finalize (object);
}

static void
gesso_toolbox_class_init (GessoToolboxClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gesso_toolbox_get_property;
  object_class->set_property = gesso_toolbox_set_property;
  object_class->dispose = gesso_toolbox_dispose;
  object_class->finalize = gesso_toolbox_finalize;

  properties[PROP_PAINTING] =
      g_param_spec_object ("painting", NULL, NULL, GESSO_TYPE_PAINTING, flags);
  properties[PROP_TOOL] = g_param_spec_uint ("tool", NULL, NULL, 0, GESSO_N_TOOLS - 1, 0, flags);
  properties[PROP_SIZE] = g_param_spec_double ("size", NULL, NULL, 1, MAX_SIZE, 24, flags);
  properties[PROP_HARDNESS] = g_param_spec_double ("hardness", NULL, NULL, 0, 1, 0.8, flags);
  properties[PROP_OPACITY] = g_param_spec_double ("opacity", NULL, NULL, 0, 1, 1, flags);
  properties[PROP_COLOR] = g_param_spec_boxed ("color", NULL, NULL, GDK_TYPE_RGBA, flags);
  properties[PROP_TOLERANCE] = g_param_spec_uint ("tolerance", NULL, NULL, 0, 255, 24, flags);
  properties[PROP_FOLLOW_MASK] = g_param_spec_boolean ("follow-mask", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[REDRAW] = g_signal_new ("redraw", GESSO_TYPE_TOOLBOX, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
  signals[MESSAGE] = g_signal_new ("message", GESSO_TYPE_TOOLBOX, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
gesso_toolbox_init (GessoToolbox *self)
{
  self->size = 24;
  self->hardness = 0.8;
  self->opacity = 1;
  self->tolerance = 24;
  self->color = (GdkRGBA) { 0.12f, 0.12f, 0.14f, 1 };

  for (guint kind = 0; kind < GESSO_TOOL_RECTANGLE; kind++)
    self->tools[kind] = gesso_brush_tool_new (kind);
  self->tools[GESSO_TOOL_RECTANGLE] = gesso_select_tool_new (FALSE);
  self->tools[GESSO_TOOL_LASSO] = gesso_select_tool_new (TRUE);
  self->tools[GESSO_TOOL_FILL] = gesso_fill_tool_new ();
  self->tools[GESSO_TOOL_PICKER] = gesso_picker_tool_new ();
  self->tools[GESSO_TOOL_MOVE] = gesso_move_tool_new ();
  self->tools[GESSO_TOOL_FRAME] = gesso_frame_tool_new ();
  for (guint i = 0; i < GESSO_N_TOOLS; i++)
    gesso_tool_set_toolbox (self->tools[i], self);
}

GessoToolbox *
gesso_toolbox_new (void)
{
  return g_object_new (GESSO_TYPE_TOOLBOX, NULL);
}
