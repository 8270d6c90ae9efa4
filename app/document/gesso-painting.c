/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The painting's object: what it holds, its properties and signals, and snapshots of it. */
#include "config.h"

#include "gesso-painting-private.h"

#include "gesso-composite.h"

enum
{
  PROP_0,
  PROP_WIDTH,
  PROP_HEIGHT,
  PROP_ACTIVE_LAYER,
  PROP_MODIFIED,
  PROP_HISTORY,
  PROP_HAS_SELECTION,
  PROP_FRAME,
  N_PROPS
};

enum
{
  DAMAGED,
  SELECTION_CHANGED,
  CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (GessoPainting, gesso_painting, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
notify (GessoPainting *self, guint prop)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop]);
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_painting_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GessoPainting *self = GESSO_PAINTING (object);

  switch (prop_id)
    {
    case PROP_WIDTH:
      g_value_set_uint (value, self->width);
      break;
    case PROP_HEIGHT:
      g_value_set_uint (value, self->height);
      break;
    case PROP_ACTIVE_LAYER:
      g_value_set_object (value, self->active);
      break;
    case PROP_MODIFIED:
      g_value_set_boolean (value, gesso_painting_get_modified (self));
      break;
    case PROP_HISTORY:
      g_value_set_object (value, self->history);
      break;
    case PROP_HAS_SELECTION:
      g_value_set_boolean (value, self->selection != NULL);
      break;
    case PROP_FRAME:
      g_value_set_boxed (value, &self->frame);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gesso_painting_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  GessoPainting *self = GESSO_PAINTING (object);

  switch (prop_id)
    {
    case PROP_ACTIVE_LAYER:
      gesso_painting_set_active (self, g_value_get_object (value));
      break;
    case PROP_FRAME:
      if (g_value_get_boxed (value))
        gesso_painting_set_frame (self, g_value_get_boxed (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
release_layers (GessoPainting *self)
{
  GHashTableIter iter;
  gpointer layer;

  g_hash_table_iter_init (&iter, self->known);
  while (g_hash_table_iter_next (&iter, NULL, &layer))
    gesso_layer_set_painting (layer, NULL);
  g_hash_table_remove_all (self->known);
}

static void
gesso_painting_finalize (GObject *object)
{
  GessoPainting *self = GESSO_PAINTING (object);

  release_layers (self);
  g_hash_table_unref (self->known);
  g_clear_object (&self->active);
  g_object_unref (self->history);
  g_object_unref (self->layers);
  g_object_unref (self->candidates);
  g_clear_pointer (&self->selection, gesso_tiles_unref);
  g_clear_pointer (&self->settings, g_variant_unref);
  g_clear_pointer (&self->members, g_hash_table_unref);
  g_clear_pointer (&self->before, gesso_snapshot_unref);
  g_free (self->name);

  G_OBJECT_CLASS (gesso_painting_parent_class)->finalize (object);
}

static void
gesso_painting_class_init (GessoPaintingClass *klass)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gesso_painting_get_property;
  object_class->set_property = gesso_painting_set_property;
  object_class->finalize = gesso_painting_finalize;

  properties[PROP_WIDTH] =
      g_param_spec_uint ("width", NULL, NULL, 1, GESSO_MAX_SIZE, 1, readable);
  properties[PROP_HEIGHT] =
      g_param_spec_uint ("height", NULL, NULL, 1, GESSO_MAX_SIZE, 1, readable);
  properties[PROP_ACTIVE_LAYER] =
      g_param_spec_object ("active-layer", NULL, NULL, GESSO_TYPE_LAYER, flags);
  properties[PROP_MODIFIED] = g_param_spec_boolean ("modified", NULL, NULL, FALSE, readable);
  properties[PROP_HISTORY] =
      g_param_spec_object ("history", NULL, NULL, GESSO_TYPE_HISTORY, readable);
  properties[PROP_HAS_SELECTION] =
      g_param_spec_boolean ("has-selection", NULL, NULL, FALSE, readable);
  properties[PROP_FRAME] = g_param_spec_boxed ("frame", NULL, NULL, GDK_TYPE_RECTANGLE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[DAMAGED] = g_signal_new ("damaged", GESSO_TYPE_PAINTING, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1,
                                   GDK_TYPE_RECTANGLE | G_SIGNAL_TYPE_STATIC_SCOPE);
  signals[SELECTION_CHANGED] = g_signal_new ("selection-changed", GESSO_TYPE_PAINTING,
                                             G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CHANGED] = g_signal_new ("changed", GESSO_TYPE_PAINTING, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
gesso_painting_init (GessoPainting *self)
{
  self->width = self->height = 1;
  self->layers = g_list_store_new (GESSO_TYPE_LAYER);
  self->candidates = g_list_store_new (GESSO_TYPE_CANDIDATE);
  self->known = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
  self->history = gesso_history_new ();
  self->saved_state = gesso_history_get_state (self->history);
}

GessoPainting *
gesso_painting_new (guint width, guint height)
{
  GessoPainting *self = g_object_new (GESSO_TYPE_PAINTING, NULL);

  self->width = CLAMP (width, 1, GESSO_MAX_SIZE);
  self->height = CLAMP (height, 1, GESSO_MAX_SIZE);
  self->frame = (GdkRectangle) { 0, 0, (int) self->width, (int) self->height };

  return self;
}

/* ---- Snapshots ------------------------------------------------------------------------------ */

GessoSnapshot *
gesso_painting_snapshot (GessoPainting *self)
{
  GessoSnapshot *snapshot = gesso_snapshot_new (self->width, self->height);
  guint n = gesso_painting_get_n_layers (self);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (snapshot->layers, gesso_layer_dup_state (gesso_painting_get_layer (self, i)));
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->candidates)); i++)
    g_ptr_array_add (snapshot->candidates,
                     g_list_model_get_item (G_LIST_MODEL (self->candidates), i));
  snapshot->origin_x = self->origin_x;
  snapshot->origin_y = self->origin_y;
  snapshot->active = self->active ? gesso_layer_get_id (self->active) : 0;
  snapshot->selection = self->selection ? gesso_tiles_ref (self->selection) : NULL;
  snapshot->frame = self->frame;
  snapshot->settings = self->settings ? g_variant_ref (self->settings) : NULL;
  snapshot->members = self->members ? g_hash_table_ref (self->members) : NULL;

  return snapshot;
}

void
gesso_painting_adopt (GessoPainting *self, GessoLayer *layer)
{
  guint64 *id;

  if (gesso_layer_get_id (layer) == 0)
    gesso_layer_edit_state (layer)->id = ++self->last_id;
  self->last_id = MAX (self->last_id, gesso_layer_get_id (layer));
  id = g_new (guint64, 1);
  *id = gesso_layer_get_id (layer);
  g_hash_table_insert (self->known, id, g_object_ref (layer));
  gesso_layer_set_painting (layer, self);
}

/* Ids of a file count for nothing if two layers have the same. */
static void
restore_layers (GessoPainting *self, GessoSnapshot *snapshot)
{
  g_list_store_remove_all (self->layers);
  release_layers (self);
  self->last_id = 0;
  for (guint i = 0; i < snapshot->layers->len; i++)
    self->last_id = MAX (self->last_id,
                         ((GessoLayerState *) g_ptr_array_index (snapshot->layers, i))->id);

  for (guint i = 0; i < snapshot->layers->len; i++)
    {
      GessoLayerState *state = g_ptr_array_index (snapshot->layers, i);
      g_autoptr (GessoLayer) layer = gesso_layer_new (state->kind, NULL, NULL);

      gesso_layer_take_state (layer, state);
      if (state->id && g_hash_table_contains (self->known, &state->id))
        gesso_layer_edit_state (layer)->id = 0;
      gesso_painting_adopt (self, layer);
      g_list_store_append (self->layers, layer);
      if (state->id == snapshot->active)
        gesso_painting_take_active (self, layer);
    }
}

void
gesso_painting_restore (GessoPainting *self, GessoSnapshot *snapshot)
{
  GdkRectangle all;

  g_return_if_fail (self->depth == 0);

  gesso_history_clear (self->history);
  self->last_change = NULL;
  self->touched = FALSE;
  self->saved_state = gesso_history_get_state (self->history);
  gesso_painting_take_active (self, NULL);

  all = (GdkRectangle) { 0, 0, (int) MAX (self->width, snapshot->width),
                         (int) MAX (self->height, snapshot->height) };
  gesso_painting_take_origin (self, snapshot->origin_x, snapshot->origin_y);
  gesso_painting_take_size (self, snapshot->width, snapshot->height);
  gesso_painting_take_frame (self, &snapshot->frame);
  restore_layers (self, snapshot);
  if (self->active == NULL)
    gesso_painting_take_active (self, gesso_painting_get_layer (self, 0));
  g_list_store_splice (self->candidates, 0,
                       g_list_model_get_n_items (G_LIST_MODEL (self->candidates)),
                       snapshot->candidates->pdata, snapshot->candidates->len);
  gesso_painting_take_selection (self, snapshot->selection);
  g_clear_pointer (&self->settings, g_variant_unref);
  self->settings = snapshot->settings ? g_variant_ref (snapshot->settings) : NULL;
  g_clear_pointer (&self->members, g_hash_table_unref);
  self->members = snapshot->members ? g_hash_table_ref (snapshot->members) : NULL;

  gesso_painting_damage (self, &all);
  gesso_painting_emit_changed (self);
}

/* ---- Parts ---------------------------------------------------------------------------------- */

void
gesso_painting_take_active (GessoPainting *self, GessoLayer *layer)
{
  if (g_set_object (&self->active, layer))
    notify (self, PROP_ACTIVE_LAYER);
}

void
gesso_painting_take_size (GessoPainting *self, guint width, guint height)
{
  gboolean wider = self->width != width, higher = self->height != height;

  self->width = width;
  self->height = height;
  if (wider)
    notify (self, PROP_WIDTH);
  if (higher)
    notify (self, PROP_HEIGHT);
}

void
gesso_painting_take_frame (GessoPainting *self, const GdkRectangle *frame)
{
  if (gdk_rectangle_equal (&self->frame, frame))
    return;

  self->frame = *frame;
  notify (self, PROP_FRAME);
}

void
gesso_painting_take_selection (GessoPainting *self, GessoTiles *selection)
{
  if (self->selection == selection)
    return;

  if (selection)
    gesso_tiles_ref (selection);
  g_clear_pointer (&self->selection, gesso_tiles_unref);
  self->selection = selection;
  notify (self, PROP_HAS_SELECTION);
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

void
gesso_painting_emit_changed (GessoPainting *self)
{
  notify (self, PROP_MODIFIED);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
gesso_painting_damage (GessoPainting *self, const GdkRectangle *area)
{
  if (area->width > 0 && area->height > 0)
    g_signal_emit (self, signals[DAMAGED], 0, area);
}

/* ---- Reading -------------------------------------------------------------------------------- */

guint
gesso_painting_get_width (GessoPainting *self)
{
  return self->width;
}

guint
gesso_painting_get_height (GessoPainting *self)
{
  return self->height;
}

GListModel *
gesso_painting_get_layers (GessoPainting *self)
{
  return G_LIST_MODEL (self->layers);
}

GListModel *
gesso_painting_get_candidates (GessoPainting *self)
{
  return G_LIST_MODEL (self->candidates);
}

GessoHistory *
gesso_painting_get_history (GessoPainting *self)
{
  return self->history;
}

guint
gesso_painting_get_n_layers (GessoPainting *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->layers));
}

GessoLayer *
gesso_painting_get_layer (GessoPainting *self, guint position)
{
  g_autoptr (GessoLayer) layer = g_list_model_get_item (G_LIST_MODEL (self->layers), position);

  return layer; /* the list holds it */
}

gboolean
gesso_painting_find_layer (GessoPainting *self, GessoLayer *layer, guint *position)
{
  return layer && g_list_store_find (self->layers, layer, position);
}

GessoLayer *
gesso_painting_get_active (GessoPainting *self)
{
  return self->active;
}

void
gesso_painting_set_active (GessoPainting *self, GessoLayer *layer)
{
  if (layer == NULL || gesso_painting_find_layer (self, layer, NULL))
    gesso_painting_take_active (self, layer);
}

gboolean
gesso_painting_get_modified (GessoPainting *self)
{
  return self->touched || gesso_history_get_state (self->history) != self->saved_state;
}

void
gesso_painting_mark_saved (GessoPainting *self)
{
  self->touched = FALSE;
  self->saved_state = gesso_history_get_state (self->history);
  notify (self, PROP_MODIFIED);
}

void
gesso_painting_mark_modified (GessoPainting *self)
{
  self->touched = TRUE;
  notify (self, PROP_MODIFIED);
}

GVariant *
gesso_painting_get_settings (GessoPainting *self)
{
  return self->settings;
}

void
gesso_painting_set_settings (GessoPainting *self, GVariant *settings)
{
  g_autoptr (GVariant) taken = settings ? g_variant_ref_sink (settings) : NULL;

  if (self->settings == taken || (self->settings && taken && g_variant_equal (self->settings, taken)))
    return;

  g_clear_pointer (&self->settings, g_variant_unref);
  self->settings = g_steal_pointer (&taken);
  self->touched = TRUE;
  gesso_painting_emit_changed (self);
}

GessoTiles *
gesso_painting_get_selection (GessoPainting *self)
{
  return self->selection;
}

void
gesso_painting_get_frame (GessoPainting *self, GdkRectangle *frame)
{
  *frame = self->frame;
}

/* Borrowed states of the live layers. */
static GPtrArray *
get_states (GessoPainting *self)
{
  guint n = gesso_painting_get_n_layers (self);
  GPtrArray *states = g_ptr_array_sized_new (n);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (states,
                     (gpointer) gesso_layer_get_state (gesso_painting_get_layer (self, i)));

  return states;
}

void
gesso_painting_composite (GessoPainting      *self,
                          const GdkRectangle *area,
                          guint8             *pixels,
                          gsize               stride)
{
  g_autoptr (GPtrArray) states = get_states (self);

  gesso_composite_shown ((GessoLayerState *const *) states->pdata, states->len, area, pixels, stride);
}

void
gesso_painting_pick (GessoPainting *self, int x, int y, guint8 *rgba)
{
  g_autoptr (GPtrArray) states = get_states (self);

  gesso_composite_pick ((GessoLayerState *const *) states->pdata, states->len, x, y, rgba);
}
