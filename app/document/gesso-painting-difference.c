/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What two states of a painting do not share: whether it is anything, what it costs to keep, and
 * where it is seen. */
#include "config.h"

#include "gesso-painting-private.h"

#include <string.h>

#define CHANGE_BYTES 1024 /* structs and arrays of the two snapshots, about */

/* ---- Differences ---------------------------------------------------------------------------- */

gboolean
gesso_painting_same_order (GessoSnapshot *a, GessoSnapshot *b)
{
  if (a->layers->len != b->layers->len)
    return FALSE;
  for (guint i = 0; i < a->layers->len; i++)
    if (((GessoLayerState *) g_ptr_array_index (a->layers, i))->id !=
        ((GessoLayerState *) g_ptr_array_index (b->layers, i))->id)
      return FALSE;

  return TRUE;
}

static gboolean
same_candidates (GessoSnapshot *a, GessoSnapshot *b)
{
  if (a->candidates->len != b->candidates->len)
    return FALSE;
  for (guint i = 0; i < a->candidates->len; i++)
    if (g_ptr_array_index (a->candidates, i) != g_ptr_array_index (b->candidates, i))
      return FALSE;

  return TRUE;
}

gboolean
gesso_painting_is_same (GessoSnapshot *a, GessoSnapshot *b)
{
  if (a->width != b->width || a->height != b->height || a->selection != b->selection ||
      !gdk_rectangle_equal (&a->frame, &b->frame) || !gesso_painting_same_order (a, b) || !same_candidates (a, b))
    return FALSE;
  for (guint i = 0; i < a->layers->len; i++)
    if (g_ptr_array_index (a->layers, i) != g_ptr_array_index (b->layers, i))
      return FALSE;

  return TRUE;
}

/* What a holds that b does not: tiles of layers, selection and candidates. */
static gsize
count_bytes (GessoSnapshot *a, GessoSnapshot *b)
{
  gsize n_bytes = 0;

  for (guint i = 0; i < a->layers->len; i++)
    {
      GessoLayerState *layer = g_ptr_array_index (a->layers, i);
      GessoLayerState *other = gesso_snapshot_find_layer (b, layer->id);

      if (layer != other)
        n_bytes += gesso_tiles_diff_bytes (layer->tiles, other ? other->tiles : NULL) +
                   sizeof (GessoLayerState) + strlen (layer->name) +
                   (layer->recipe ? strlen (layer->recipe) : 0) +
                   (layer->control ? strlen (layer->control) : 0);
    }
  if (a->selection)
    n_bytes += gesso_tiles_diff_bytes (a->selection, b->selection);
  for (guint i = 0; i < a->candidates->len; i++)
    {
      GessoCandidate *candidate = g_ptr_array_index (a->candidates, i);

      if (!g_ptr_array_find (b->candidates, candidate, NULL))
        n_bytes += gesso_tiles_diff_bytes (gesso_candidate_get_tiles (candidate), NULL);
    }

  return n_bytes;
}

/* Undone, an entry keeps what came after; done, what was before: the greater counts. */
gsize
gesso_painting_get_cost (GessoSnapshot *before, GessoSnapshot *after)
{
  return CHANGE_BYTES + MAX (count_bytes (before, after), count_bytes (after, before));
}

/* ---- Damage --------------------------------------------------------------------------------- */

static gboolean
looks_alike (const GessoLayerState *a, const GessoLayerState *b)
{
  return a->opacity == b->opacity && a->visible == b->visible && a->blend == b->blend &&
         (a->kind == GESSO_LAYER_MASK) == (b->kind == GESSO_LAYER_MASK) && a->x == b->x &&
         a->y == b->y;
}

static void
damage_tiles (GessoPainting *self, const GessoLayerState *place, GessoTiles *a, GessoTiles *b)
{
  GdkRectangle area;

  if (!gesso_tiles_diff_area (a, b, &area))
    return;

  area.x += place->x;
  area.y += place->y;
  gesso_painting_damage (self, &area);
}

static const GessoLayerState *
nth_layer (GessoSnapshot *snapshot, guint i)
{
  return g_ptr_array_index (snapshot->layers, i);
}

/* All of the layers that are not at the same place from the top or from the bottom: those that
 * came, went, or changed places with each other. */
static void
damage_order (GessoPainting *self, GessoSnapshot *a, GessoSnapshot *b)
{
  guint shorter = MIN (a->layers->len, b->layers->len), n_same = 0, n_tail = 0;

  while (n_same < shorter && nth_layer (a, n_same)->id == nth_layer (b, n_same)->id)
    n_same++;
  while (n_tail < shorter - n_same && nth_layer (a, a->layers->len - 1 - n_tail)->id ==
                                          nth_layer (b, b->layers->len - 1 - n_tail)->id)
    n_tail++;
  for (guint i = n_same; i < a->layers->len - n_tail; i++)
    damage_tiles (self, nth_layer (a, i), nth_layer (a, i)->tiles, NULL);
  for (guint i = n_same; i < b->layers->len - n_tail; i++)
    damage_tiles (self, nth_layer (b, i), nth_layer (b, i)->tiles, NULL);
}

void
gesso_painting_damage_difference (GessoPainting *self, GessoSnapshot *a, GessoSnapshot *b)
{
  const GdkRectangle all = { 0, 0, (int) MAX (a->width, b->width), (int) MAX (a->height, b->height) };

  if (a->width != b->width || a->height != b->height)
    gesso_painting_damage (self, &all);
  if (!gesso_painting_same_order (a, b))
    damage_order (self, a, b);

  for (guint i = 0; i < a->layers->len; i++)
    {
      const GessoLayerState *one = nth_layer (a, i);
      const GessoLayerState *other = gesso_snapshot_find_layer (b, one->id);

      if (one == other || other == NULL)
        continue;
      if (looks_alike (one, other))
        damage_tiles (self, one, one->tiles, other->tiles);
      else
        {
          damage_tiles (self, one, one->tiles, NULL);
          damage_tiles (self, other, NULL, other->tiles);
        }
    }
}
