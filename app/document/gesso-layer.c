/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A layer: its state, and setters that are changes of its painting. */
#include "config.h"

#include "gesso-layer-private.h"

#include <glib/gi18n.h>

struct _GessoLayer
{
  GObject          parent_instance;

  GessoLayerState *state;
  GessoPainting   *painting; /* not counted */
};

enum
{
  PROP_0,
  PROP_KIND,
  PROP_NAME,
  PROP_OPACITY,
  PROP_VISIBLE,
  PROP_LOCKED,
  PROP_BLEND,
  PROP_X,
  PROP_Y,
  PROP_RECIPE,
  PROP_CONTROL,
  PROP_EDITABLE,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (GessoLayer, gesso_layer, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

/* ---- State ---------------------------------------------------------------------------------- */

GessoLayerState *
gesso_layer_dup_state (GessoLayer *self)
{
  return gesso_layer_state_ref (self->state);
}

GessoLayerState *
gesso_layer_edit_state (GessoLayer *self)
{
  self->state = gesso_layer_state_make_writable (self->state);
  return self->state;
}

GessoTiles *
gesso_layer_edit_tiles (GessoLayer *self)
{
  GessoLayerState *state = gesso_layer_edit_state (self);

  state->tiles = gesso_tiles_make_writable (state->tiles);
  return state->tiles;
}

static void
notify (GessoLayer *self, guint prop)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop]);
}

void
gesso_layer_take_state (GessoLayer *self, GessoLayerState *state)
{
  g_autoptr (GessoLayerState) old = self->state;

  self->state = gesso_layer_state_ref (state);
  g_object_freeze_notify (G_OBJECT (self));
  if (old->kind != state->kind)
    notify (self, PROP_KIND);
  if (!g_str_equal (old->name, state->name))
    notify (self, PROP_NAME);
  if (old->opacity != state->opacity)
    notify (self, PROP_OPACITY);
  if (old->visible != state->visible)
    notify (self, PROP_VISIBLE);
  if (old->locked != state->locked)
    notify (self, PROP_LOCKED);
  if (old->visible != state->visible || old->locked != state->locked)
    notify (self, PROP_EDITABLE);
  if (old->blend != state->blend)
    notify (self, PROP_BLEND);
  if (old->x != state->x)
    notify (self, PROP_X);
  if (old->y != state->y)
    notify (self, PROP_Y);
  if (g_strcmp0 (old->recipe, state->recipe) != 0)
    notify (self, PROP_RECIPE);
  if (g_strcmp0 (old->control, state->control) != 0)
    notify (self, PROP_CONTROL);
  g_object_thaw_notify (G_OBJECT (self));
}

void
gesso_layer_set_painting (GessoLayer *self, GessoPainting *painting)
{
  self->painting = painting;
}

/* ---- Setters -------------------------------------------------------------------------------- */

static GessoLayerState *
begin (GessoLayer *self, const char *name, guint prop)
{
  if (self->painting)
    gesso_painting_begin_merging (self->painting, name, properties[prop]->name, self);

  return gesso_layer_edit_state (self);
}

/* Where it has tiles, in the picture. */
static void
end (GessoLayer *self, guint prop, gboolean is_seen)
{
  GdkRectangle area;

  notify (self, prop);
  if (prop == PROP_VISIBLE || prop == PROP_LOCKED)
    notify (self, PROP_EDITABLE);
  if (self->painting == NULL)
    return;

  if (is_seen && gesso_tiles_diff_area (self->state->tiles, NULL, &area))
    {
      area.x += self->state->x;
      area.y += self->state->y;
      gesso_painting_damage (self->painting, &area);
    }
  gesso_painting_end (self->painting);
}

void
gesso_layer_set_name (GessoLayer *self, const char *name)
{
  GessoLayerState *state;

  if (g_strcmp0 (self->state->name, name) == 0)
    return;

  state = begin (self, _("Rename Layer"), PROP_NAME);
  g_free (state->name);
  state->name = g_strdup (name ? name : "");
  end (self, PROP_NAME, FALSE);
}

void
gesso_layer_set_control (GessoLayer *self, const char *control)
{
  GessoLayerState *state;

  if (g_strcmp0 (self->state->control, control) == 0 || self->state->kind == GESSO_LAYER_MASK)
    return;

  state = begin (self, control ? _("Control Layer") : _("Plain Layer"), PROP_CONTROL);
  g_free (state->control);
  state->control = g_strdup (control);
  end (self, PROP_CONTROL, TRUE);
}

void
gesso_layer_set_opacity (GessoLayer *self, double opacity)
{
  opacity = CLAMP (opacity, 0, 1);
  if (self->state->opacity == opacity)
    return;

  begin (self, _("Layer Opacity"), PROP_OPACITY)->opacity = opacity;
  end (self, PROP_OPACITY, TRUE);
}

void
gesso_layer_set_visible (GessoLayer *self, gboolean visible)
{
  visible = !!visible;
  if (self->state->visible == visible)
    return;

  begin (self, visible ? _("Show Layer") : _("Hide Layer"), PROP_VISIBLE)->visible = visible;
  end (self, PROP_VISIBLE, TRUE);
}

void
gesso_layer_set_locked (GessoLayer *self, gboolean locked)
{
  locked = !!locked;
  if (self->state->locked == locked)
    return;

  begin (self, locked ? _("Lock Layer") : _("Unlock Layer"), PROP_LOCKED)->locked = locked;
  end (self, PROP_LOCKED, FALSE);
}

void
gesso_layer_set_blend (GessoLayer *self, GessoBlend blend)
{
  if (self->state->blend == blend || (guint) blend >= GESSO_N_BLENDS)
    return;

  begin (self, _("Blend Mode"), PROP_BLEND)->blend = blend;
  end (self, PROP_BLEND, TRUE);
}

void
gesso_layer_set_offset (GessoLayer *self, int x, int y)
{
  GessoLayerState *state;

  g_return_if_fail (self->painting == NULL);

  state = gesso_layer_edit_state (self);
  state->x = x;
  state->y = y;
  notify (self, PROP_X);
  notify (self, PROP_Y);
}

void
gesso_layer_set_recipe (GessoLayer *self, const char *recipe)
{
  GessoLayerState *state;

  g_return_if_fail (self->painting == NULL);

  state = gesso_layer_edit_state (self);
  g_free (state->recipe);
  state->recipe = g_strdup (recipe);
  notify (self, PROP_RECIPE);
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_layer_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GessoLayerState *state = GESSO_LAYER (object)->state;

  switch (prop_id)
    {
    case PROP_KIND:
      g_value_set_uint (value, state->kind);
      break;
    case PROP_NAME:
      g_value_set_string (value, state->name);
      break;
    case PROP_OPACITY:
      g_value_set_double (value, state->opacity);
      break;
    case PROP_VISIBLE:
      g_value_set_boolean (value, state->visible);
      break;
    case PROP_LOCKED:
      g_value_set_boolean (value, state->locked);
      break;
    case PROP_BLEND:
      g_value_set_uint (value, state->blend);
      break;
    case PROP_X:
      g_value_set_int (value, state->x);
      break;
    case PROP_Y:
      g_value_set_int (value, state->y);
      break;
    case PROP_RECIPE:
      g_value_set_string (value, state->recipe);
      break;
    case PROP_CONTROL:
      g_value_set_string (value, state->control);
      break;
    case PROP_EDITABLE:
      g_value_set_boolean (value, state->visible && !state->locked);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gesso_layer_set_property (GObject      *object,
                          guint         prop_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  GessoLayer *self = GESSO_LAYER (object);

  switch (prop_id)
    {
    case PROP_NAME:
      gesso_layer_set_name (self, g_value_get_string (value));
      break;
    case PROP_OPACITY:
      gesso_layer_set_opacity (self, g_value_get_double (value));
      break;
    case PROP_VISIBLE:
      gesso_layer_set_visible (self, g_value_get_boolean (value));
      break;
    case PROP_LOCKED:
      gesso_layer_set_locked (self, g_value_get_boolean (value));
      break;
    case PROP_BLEND:
      gesso_layer_set_blend (self, g_value_get_uint (value));
      break;
    case PROP_CONTROL:
      gesso_layer_set_control (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gesso_layer_finalize (GObject *object)
{
  gesso_layer_state_unref (GESSO_LAYER (object)->state);

  G_OBJECT_CLASS (gesso_layer_parent_class)->finalize (object);
}

static void
gesso_layer_class_init (GessoLayerClass *klass)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gesso_layer_get_property;
  object_class->set_property = gesso_layer_set_property;
  object_class->finalize = gesso_layer_finalize;

  properties[PROP_KIND] =
      g_param_spec_uint ("kind", NULL, NULL, 0, GESSO_LAYER_GENERATED, 0, readable);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "", flags);
  properties[PROP_OPACITY] = g_param_spec_double ("opacity", NULL, NULL, 0, 1, 1, flags);
  properties[PROP_VISIBLE] = g_param_spec_boolean ("visible", NULL, NULL, TRUE, flags);
  properties[PROP_LOCKED] = g_param_spec_boolean ("locked", NULL, NULL, FALSE, flags);
  properties[PROP_BLEND] =
      g_param_spec_uint ("blend", NULL, NULL, 0, GESSO_N_BLENDS - 1, GESSO_BLEND_NORMAL, flags);
  properties[PROP_X] = g_param_spec_int ("x", NULL, NULL, G_MININT, G_MAXINT, 0, readable);
  properties[PROP_Y] = g_param_spec_int ("y", NULL, NULL, G_MININT, G_MAXINT, 0, readable);
  properties[PROP_RECIPE] = g_param_spec_string ("recipe", NULL, NULL, NULL, readable);
  properties[PROP_CONTROL] = g_param_spec_string ("control", NULL, NULL, NULL, flags);
  properties[PROP_EDITABLE] = g_param_spec_boolean ("editable", NULL, NULL, TRUE, readable);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gesso_layer_init (GessoLayer *self)
{
  self->state = gesso_layer_state_new (GESSO_LAYER_RASTER, NULL);
}

GessoLayer *
gesso_layer_new (GessoLayerKind kind, const char *name, GessoTiles *tiles)
{
  GessoLayer *self = g_object_new (GESSO_TYPE_LAYER, NULL);
  GessoLayerState *state = gesso_layer_state_new (kind, name);

  if (tiles)
    {
      g_assert (gesso_tiles_get_n_channels (tiles) == gesso_tiles_get_n_channels (state->tiles));
      gesso_tiles_unref (state->tiles);
      state->tiles = gesso_tiles_ref (tiles);
    }
  gesso_layer_state_unref (self->state);
  self->state = state;

  return self;
}

guint64
gesso_layer_get_id (GessoLayer *self)
{
  return self->state->id;
}

GessoLayerKind
gesso_layer_get_kind (GessoLayer *self)
{
  return self->state->kind;
}

const char *
gesso_layer_get_name (GessoLayer *self)
{
  return self->state->name;
}

double
gesso_layer_get_opacity (GessoLayer *self)
{
  return self->state->opacity;
}

gboolean
gesso_layer_get_visible (GessoLayer *self)
{
  return self->state->visible;
}

gboolean
gesso_layer_get_locked (GessoLayer *self)
{
  return self->state->locked;
}

GessoBlend
gesso_layer_get_blend (GessoLayer *self)
{
  return self->state->blend;
}

const char *
gesso_layer_get_recipe (GessoLayer *self)
{
  return self->state->recipe;
}

const char *
gesso_layer_get_control (GessoLayer *self)
{
  return self->state->control;
}

void
gesso_layer_get_offset (GessoLayer *self, int *x, int *y)
{
  *x = self->state->x;
  *y = self->state->y;
}

GessoTiles *
gesso_layer_get_tiles (GessoLayer *self)
{
  return self->state->tiles;
}

const GessoLayerState *
gesso_layer_get_state (GessoLayer *self)
{
  return self->state;
}
