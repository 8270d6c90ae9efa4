/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layer states and snapshots: counted structs, and when two of them are the same. */
#include "config.h"

#include "gesso-snapshot.h"

#include <string.h>

/* ---- One layer ------------------------------------------------------------------------------ */

GessoLayerState *
gesso_layer_state_new (GessoLayerKind kind, const char *name)
{
  GessoLayerState *self = g_new0 (GessoLayerState, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->kind = kind;
  self->name = g_strdup (name ? name : "");
  self->opacity = 1;
  self->visible = TRUE;
  self->tiles = gesso_tiles_new (kind == GESSO_LAYER_MASK ? 1 : 4);

  return self;
}

GessoLayerState *
gesso_layer_state_ref (GessoLayerState *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
gesso_layer_state_unref (GessoLayerState *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->name);
  g_free (self->recipe);
  g_free (self->control);
  gesso_tiles_unref (self->tiles);
  g_free (self);
}

GessoLayerState *
gesso_layer_state_make_writable (GessoLayerState *self)
{
  GessoLayerState *copy;

  if (g_atomic_ref_count_compare (&self->ref_count, 1))
    return self;

  copy = g_memdup2 (self, sizeof (GessoLayerState));
  g_atomic_ref_count_init (&copy->ref_count);
  copy->name = g_strdup (self->name);
  copy->recipe = g_strdup (self->recipe);
  copy->control = g_strdup (self->control);
  gesso_tiles_ref (copy->tiles);
  gesso_layer_state_unref (self);

  return copy;
}

static gboolean
same_properties (const GessoLayerState *a, const GessoLayerState *b)
{
  return a->kind == b->kind && g_str_equal (a->name, b->name) && a->opacity == b->opacity &&
         a->visible == b->visible && a->locked == b->locked && a->blend == b->blend &&
         a->x == b->x && a->y == b->y && g_strcmp0 (a->recipe, b->recipe) == 0 &&
         g_strcmp0 (a->control, b->control) == 0;
}

gboolean
gesso_layer_state_same (const GessoLayerState *a, const GessoLayerState *b)
{
  GdkRectangle area;

  return a == b || (a->id == b->id && same_properties (a, b) &&
                    !gesso_tiles_diff_area (a->tiles, b->tiles, &area));
}

/* ---- All of it ------------------------------------------------------------------------------ */

GessoSnapshot *
gesso_snapshot_new (guint width, guint height)
{
  GessoSnapshot *self = g_new0 (GessoSnapshot, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->width = width;
  self->height = height;
  self->frame = (GdkRectangle) { 0, 0, (int) width, (int) height };
  self->layers = g_ptr_array_new_with_free_func ((GDestroyNotify) gesso_layer_state_unref);
  self->candidates = g_ptr_array_new_with_free_func (g_object_unref);

  return self;
}

GessoSnapshot *
gesso_snapshot_ref (GessoSnapshot *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
gesso_snapshot_unref (GessoSnapshot *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->layers);
  g_ptr_array_unref (self->candidates);
  g_clear_pointer (&self->selection, gesso_tiles_unref);
  g_clear_pointer (&self->settings, g_variant_unref);
  g_clear_pointer (&self->members, g_hash_table_unref);
  g_free (self);
}

GessoSnapshot *
gesso_snapshot_detach (const GessoSnapshot *self)
{
  GessoSnapshot *own = gesso_snapshot_new (self->width, self->height);

  own->origin_x = self->origin_x;
  own->origin_y = self->origin_y;
  own->active = self->active;
  own->selection = self->selection ? gesso_tiles_ref (self->selection) : NULL;
  own->frame = self->frame;
  own->settings = self->settings ? g_variant_ref (self->settings) : NULL;
  own->members = self->members ? g_hash_table_ref (self->members) : NULL;
  for (guint k = 0; k < self->layers->len; k++)
    {
      GessoLayerState *layer = gesso_layer_state_make_writable (
          gesso_layer_state_ref (g_ptr_array_index (self->layers, k)));
      GessoTiles *tiles = gesso_tiles_copy (layer->tiles);

      gesso_tiles_unref (layer->tiles);
      layer->tiles = tiles;
      g_ptr_array_add (own->layers, layer);
    }
  for (guint k = 0; k < self->candidates->len; k++)
    g_ptr_array_add (own->candidates, g_object_ref (g_ptr_array_index (self->candidates, k)));

  return own;
}

GessoLayerState *
gesso_snapshot_find_layer (const GessoSnapshot *self, guint64 id)
{
  for (guint k = 0; k < self->layers->len; k++)
    {
      GessoLayerState *layer = g_ptr_array_index (self->layers, k);

      if (layer->id == id)
        return layer;
    }

  return NULL;
}

/* ---- Whether something is painted ----------------------------------------------------------- */

/* The part of a tile that lies in area, compared with a row of one colour. */
static gboolean
is_plain (const guint8 *pixels, int i, int j, const GdkRectangle *area, const guint32 *row)
{
  const GdkRectangle tile = { i * GESSO_TILE_SIZE, j * GESSO_TILE_SIZE, GESSO_TILE_SIZE,
                              GESSO_TILE_SIZE };
  GdkRectangle part;

  if (!gdk_rectangle_intersect (&tile, area, &part))
    return TRUE;
  if (pixels == NULL)
    return row[0] == 0;
  for (int y = part.y - tile.y; y < part.y - tile.y + part.height; y++)
    if (memcmp (pixels + 4 * (y * GESSO_TILE_SIZE + part.x - tile.x), row, 4 * (gsize) part.width))
      return FALSE;

  return TRUE;
}

static gboolean
is_layer_plain (const GessoLayerState *layer, const GdkRectangle *place)
{
  const GdkRectangle area = { place->x - layer->x, place->y - layer->y, place->width, place->height };
  int i0 = gesso_tile_of (area.x), i1 = gesso_tile_of (area.x + area.width - 1);
  int j0 = gesso_tile_of (area.y), j1 = gesso_tile_of (area.y + area.height - 1);
  const guint8 *known = NULL;
  guint32 row[GESSO_TILE_SIZE];
  guint8 first[4];

  gesso_tiles_read (layer->tiles, &(GdkRectangle) { area.x, area.y, 1, 1 }, first, 4);
  for (guint k = 0; k < GESSO_TILE_SIZE; k++)
    memcpy (&row[k], first, 4);

  for (int j = j0; j <= j1; j++)
    for (int i = i0; i <= i1; i++)
      {
        const guint8 *pixels = gesso_tiles_peek (layer->tiles, i, j);
        gboolean whole = i > i0 && i < i1 && j > j0 && j < j1;

        /* A filled layer is one tile in many places. */
        if (pixels && pixels == known)
          continue;
        if (!is_plain (pixels, i, j, &area, row))
          return FALSE;
        known = whole ? pixels : known;
      }

  return TRUE;
}

gboolean
gesso_snapshot_is_painted (const GessoSnapshot *self, const GdkRectangle *area)
{
  for (guint k = 0; k < self->layers->len; k++)
    {
      const GessoLayerState *layer = g_ptr_array_index (self->layers, k);

      if (layer->kind == GESSO_LAYER_RASTER && layer->visible && layer->opacity > 0 &&
          layer->control == NULL &&
          gesso_tiles_count (layer->tiles) > 0 && !is_layer_plain (layer, area))
        return TRUE;
    }

  return FALSE;
}

/* ---- Equality, by content ------------------------------------------------------------------- */

static gboolean
equal_layers (const GessoLayerState *a, const GessoLayerState *b)
{
  return same_properties (a, b) && gesso_tiles_equal (a->tiles, b->tiles);
}

static gboolean
equal_candidates (GessoCandidate *a, GessoCandidate *b)
{
  GdkRectangle area_a, area_b;

  gesso_candidate_get_area (a, &area_a);
  gesso_candidate_get_area (b, &area_b);

  return gdk_rectangle_equal (&area_a, &area_b) &&
         g_strcmp0 (gesso_candidate_get_recipe (a), gesso_candidate_get_recipe (b)) == 0 &&
         gesso_tiles_equal (gesso_candidate_get_tiles (a), gesso_candidate_get_tiles (b));
}

static gboolean
equal_members (GHashTable *a, GHashTable *b)
{
  GHashTableIter iter;
  gpointer name, bytes;

  if (a == NULL || b == NULL)
    return (a ? g_hash_table_size (a) : 0) == (b ? g_hash_table_size (b) : 0);
  if (g_hash_table_size (a) != g_hash_table_size (b))
    return FALSE;

  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &name, &bytes))
    {
      GBytes *other = g_hash_table_lookup (b, name);

      if (other == NULL || !g_bytes_equal (bytes, other))
        return FALSE;
    }

  return TRUE;
}

static gboolean
equal_variants (GVariant *a, GVariant *b)
{
  return a == b || (a && b && g_variant_equal (a, b));
}

static guint
get_active_position (const GessoSnapshot *self)
{
  for (guint k = 0; k < self->layers->len; k++)
    if (((GessoLayerState *) g_ptr_array_index (self->layers, k))->id == self->active)
      return k;

  return G_MAXUINT;
}

gboolean
gesso_snapshot_equal (const GessoSnapshot *a, const GessoSnapshot *b)
{
  if (a->width != b->width || a->height != b->height ||
      !gdk_rectangle_equal (&a->frame, &b->frame) || a->layers->len != b->layers->len ||
      a->candidates->len != b->candidates->len ||
      get_active_position (a) != get_active_position (b) || !a->selection != !b->selection)
    return FALSE;

  for (guint k = 0; k < a->layers->len; k++)
    if (!equal_layers (g_ptr_array_index (a->layers, k), g_ptr_array_index (b->layers, k)))
      return FALSE;
  for (guint k = 0; k < a->candidates->len; k++)
    if (!equal_candidates (g_ptr_array_index (a->candidates, k),
                           g_ptr_array_index (b->candidates, k)))
      return FALSE;

  return (a->selection == NULL || gesso_tiles_equal (a->selection, b->selection)) &&
         equal_variants (a->settings, b->settings) && equal_members (a->members, b->members);
}
