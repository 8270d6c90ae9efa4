/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stack of layers, and candidates that become one. */
#include "config.h"

#include "gesso-painting-private.h"

#include <glib/gi18n.h>

#define SIZE GESSO_TILE_SIZE

/* ---- Adding and removing -------------------------------------------------------------------- */

static void
insert_layer (GessoPainting *self, GessoLayer *layer, guint position)
{
  gesso_painting_adopt (self, layer);
  g_list_store_insert (self->layers, MIN (position, gesso_painting_get_n_layers (self)), layer);
  gesso_painting_take_active (self, layer);
}

gboolean
gesso_painting_add_layer (GessoPainting *self, GessoLayer *layer, guint position)
{
  GessoSnapshot *before;

  g_return_val_if_fail (gesso_layer_get_id (layer) == 0, FALSE);

  if (gesso_painting_get_n_layers (self) >= GESSO_MAX_LAYERS)
    return FALSE;

  before = gesso_painting_begin_operation (self, _("Add Layer"));
  insert_layer (self, layer, position);
  gesso_painting_end_operation (self, before);

  return TRUE;
}

/* Above the active layer, or on top. */
static guint
get_place_for_new (GessoPainting *self)
{
  guint position = 0;

  gesso_painting_find_layer (self, self->active, &position);
  return position;
}

/* "Layer 3": the lowest number that no layer has. */
static char *
make_name (GessoPainting *self, GessoLayerKind kind)
{
  for (guint n = 1;; n++)
    {
      g_autofree char *name = NULL;
      gboolean taken = FALSE;

      if (kind == GESSO_LAYER_MASK)
        /* Translators: the name of a new mask, with its number */
        name = g_strdup_printf (_("Mask %u"), n);
      else
        /* Translators: the name of a new layer, with its number */
        name = g_strdup_printf (_("Layer %u"), n);
      for (guint i = 0; i < gesso_painting_get_n_layers (self) && !taken; i++)
        taken = g_str_equal (gesso_layer_get_name (gesso_painting_get_layer (self, i)), name);
      if (!taken)
        return g_steal_pointer (&name);
    }
}

GessoLayer *
gesso_painting_new_layer (GessoPainting *self, GessoLayerKind kind)
{
  g_autofree char *name = make_name (self, kind);
  g_autoptr (GessoLayer) layer = gesso_layer_new (kind, name, NULL);

  return gesso_painting_add_layer (self, layer, get_place_for_new (self)) ? layer : NULL;
}

/* The one below becomes active, as it is what was behind. */
static void
take_out (GessoPainting *self, GessoLayer *layer)
{
  guint position;

  if (!gesso_painting_find_layer (self, layer, &position))
    return;

  g_list_store_remove (self->layers, position);
  if (self->active == layer)
    {
      GessoLayer *next = gesso_painting_get_layer (self, position);

      gesso_painting_take_active (self, next ? next
                                             : gesso_painting_get_layer (self, position - 1));
    }
}

void
gesso_painting_remove_layer (GessoPainting *self, GessoLayer *layer)
{
  GessoSnapshot *before;

  if (!gesso_painting_find_layer (self, layer, NULL))
    return;

  before = gesso_painting_begin_operation (self, _("Remove Layer"));
  take_out (self, layer);
  gesso_painting_end_operation (self, before);
}

/* A layer of its own with the same content. */
static GessoLayer *
copy_layer (GessoLayer *layer, const char *name)
{
  const GessoLayerState *state = gesso_layer_get_state (layer);
  GessoLayer *copy = gesso_layer_new (state->kind, name, state->tiles);
  GessoLayerState *to = gesso_layer_edit_state (copy);

  to->opacity = state->opacity;
  to->visible = state->visible;
  to->locked = state->locked;
  to->blend = state->blend;
  to->x = state->x;
  to->y = state->y;
  to->recipe = g_strdup (state->recipe);
  to->control = g_strdup (state->control);

  return copy;
}

GessoLayer *
gesso_painting_duplicate_layer (GessoPainting *self, GessoLayer *layer)
{
  g_autoptr (GessoLayer) copy = NULL;
  g_autofree char *name = NULL;
  GessoSnapshot *before;
  guint position;

  if (!gesso_painting_find_layer (self, layer, &position) ||
      gesso_painting_get_n_layers (self) >= GESSO_MAX_LAYERS)
    return NULL;

  /* Translators: the name of a layer's copy */
  name = g_strdup_printf (_("%s (Copy)"), gesso_layer_get_name (layer));
  copy = copy_layer (layer, name);
  before = gesso_painting_begin_operation (self, _("Duplicate Layer"));
  insert_layer (self, copy, position);
  gesso_painting_end_operation (self, before);

  return copy;
}

void
gesso_painting_reorder_layer (GessoPainting *self, GessoLayer *layer, guint position)
{
  G_GNUC_UNUSED g_autoptr (GessoLayer) held = layer ? g_object_ref (layer) : NULL;
  GessoSnapshot *before;
  guint old;

  if (!gesso_painting_find_layer (self, layer, &old))
    return;
  position = MIN (position, gesso_painting_get_n_layers (self) - 1);
  if (old == position)
    return;

  before = gesso_painting_begin_operation (self, _("Reorder Layers"));
  g_list_store_remove (self->layers, old);
  g_list_store_insert (self->layers, position, layer);
  gesso_painting_end_operation (self, before);
}

/* ---- Merging -------------------------------------------------------------------------------- */

typedef struct
{
  const GessoLayerState *upper;
  GessoTiles            *tiles;   /* of the lower one */
  int                    dx, dy;  /* from the upper one's coordinates to the lower one's */
} Merge;

static void
merge_tile (int i, int j, const guint8 *pixels, gpointer data)
{
  Merge *merge = data;
  guint n_channels = gesso_tiles_get_n_channels (merge->tiles);
  const GdkRectangle area = { i * SIZE + merge->dx, j * SIZE + merge->dy, SIZE, SIZE };
  guint8 opacity = (guint8) (merge->upper->opacity * 255 + 0.5);
  guint8 below[SIZE * SIZE * 4];

  gesso_tiles_read (merge->tiles, &area, below, (gsize) SIZE * n_channels);
  if (n_channels == 4)
    gesso_blend_pixels (merge->upper->blend, below, pixels, SIZE * SIZE, opacity);
  else
    for (guint k = 0; k < SIZE * SIZE; k++)
      below[k] = (guint8) MAX (below[k], gesso_multiply_8 (pixels[k], opacity));
  gesso_tiles_write (merge->tiles, &area, below, (gsize) SIZE * n_channels);
}

static gboolean
is_mask (GessoLayer *layer)
{
  return gesso_layer_get_kind (layer) == GESSO_LAYER_MASK;
}

gboolean
gesso_painting_merge_down (GessoPainting *self, GessoLayer *layer, GError **error)
{
  Merge merge = { 0 };
  GessoSnapshot *before;
  GessoLayer *lower;
  guint position;

  if (!gesso_painting_check_layer (self, layer, error))
    return FALSE;
  gesso_painting_find_layer (self, layer, &position);
  lower = gesso_painting_get_layer (self, position + 1);
  if (lower == NULL || is_mask (lower) != is_mask (layer))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   is_mask (layer)
                       /* Translators: the name of a mask */
                       ? _("There is no mask below “%s”: move it above the one to merge it with.")
                       /* Translators: the name of a layer */
                       : _("There is no layer below “%s”: move it above the one to merge it with."),
                   gesso_layer_get_name (layer));
      return FALSE;
    }
  if (!gesso_painting_check_layer (self, lower, error))
    return FALSE;

  before = gesso_painting_begin_operation (self, _("Merge Down"));
  merge.upper = gesso_layer_get_state (layer);
  merge.tiles = gesso_layer_edit_tiles (lower);
  merge.dx = merge.upper->x - gesso_layer_get_state (lower)->x;
  merge.dy = merge.upper->y - gesso_layer_get_state (lower)->y;
  gesso_tiles_foreach (merge.upper->tiles, merge_tile, &merge);
  /* What was merged no longer is what the recipe made. */
  if (gesso_layer_get_kind (lower) == GESSO_LAYER_GENERATED)
    {
      g_autoptr (GessoLayerState) state =
          gesso_layer_state_make_writable (gesso_layer_dup_state (lower));

      state->kind = GESSO_LAYER_RASTER;
      g_clear_pointer (&state->recipe, g_free);
      gesso_layer_take_state (lower, state);
    }
  take_out (self, layer);
  gesso_painting_take_active (self, lower);
  gesso_painting_end_operation (self, before);

  return TRUE;
}

/* ---- Candidates ----------------------------------------------------------------------------- */

void
gesso_painting_add_candidate (GessoPainting *self, GessoCandidate *candidate)
{
  g_list_store_append (self->candidates, candidate);
  self->touched = TRUE;
  gesso_painting_emit_changed (self);
}

/* Makes room in the picture for all that shows of a layer, where it may become so large. */
static void
make_room (GessoPainting *self, GessoLayer *layer)
{
  GdkRectangle picture = { 0, 0, (int) self->width, (int) self->height }, bounds;
  int x, y;

  if (!gesso_tiles_get_bounds (gesso_layer_get_tiles (layer), &bounds))
    return;

  gesso_layer_get_offset (layer, &x, &y);
  bounds.x += x;
  bounds.y += y;
  gdk_rectangle_union (&picture, &bounds, &bounds);
  if (!gdk_rectangle_equal (&picture, &bounds))
    gesso_painting_resize (self, &bounds, NULL);
}

GessoLayer *
gesso_painting_accept_candidate (GessoPainting *self, GessoCandidate *candidate, const char *name)
{
  g_autoptr (GessoLayer) layer = NULL;
  GessoSnapshot *before;
  GdkRectangle area;
  guint position;

  if (gesso_painting_get_n_layers (self) >= GESSO_MAX_LAYERS)
    return NULL;

  gesso_candidate_get_area (candidate, &area);
  layer = gesso_layer_new (GESSO_LAYER_GENERATED, name, gesso_candidate_get_tiles (candidate));
  gesso_layer_set_offset (layer, area.x, area.y);
  gesso_layer_set_recipe (layer, gesso_candidate_get_recipe (candidate));

  before = gesso_painting_begin_operation (self, _("Accept Candidate"));
  insert_layer (self, layer, get_place_for_new (self));
  if (g_list_store_find (self->candidates, candidate, &position))
    g_list_store_remove (self->candidates, position);
  make_room (self, layer);
  gesso_painting_end_operation (self, before);

  return layer;
}

void
gesso_painting_discard_candidate (GessoPainting *self, GessoCandidate *candidate)
{
  guint position;

  if (!g_list_store_find (self->candidates, candidate, &position))
    return;

  gesso_painting_begin (self, _("Discard Candidate"));
  g_list_store_remove (self->candidates, position);
  gesso_painting_end (self);
}

void
gesso_painting_discard_candidates (GessoPainting *self)
{
  gesso_painting_begin (self, _("Discard Candidates"));
  g_list_store_remove_all (self->candidates);
  gesso_painting_end (self);
}
