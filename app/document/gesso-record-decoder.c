/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records back into snapshots. */
#include "config.h"

#include "gesso-record-private.h"

#include <math.h>
#include <string.h>

#define SCRATCH_ROW 4096

struct _GessoRecordDecoder
{
  GessoSnapshot *snapshot;
  GHashTable    *planes;     /* key -> GessoTiles, as of the last commit         */
  GessoTiles    *scratch[2]; /* of 1 and 4 channels: the tiles since then, a row
                                of SCRATCH_ROW after the other                   */
  guint          n_scratch[2];
  int            origin_x, origin_y; /* of the next commit            */
};

const GVariantType *
gesso_record_get_type (GessoRecordType type)
{
  if (type == GESSO_RECORD_TILES)
    return G_VARIANT_TYPE (GESSO_RECORD_TILES_TYPE);
  if (type == GESSO_RECORD_COMMIT)
    return G_VARIANT_TYPE (GESSO_RECORD_COMMIT_TYPE);
  if (type == GESSO_RECORD_ORIGIN)
    return G_VARIANT_TYPE (GESSO_RECORD_ORIGIN_TYPE);
  return NULL;
}

static void
clear_scratch (GessoRecordDecoder *self)
{
  for (guint which = 0; which < 2; which++)
    {
      g_clear_pointer (&self->scratch[which], gesso_tiles_unref);
      self->scratch[which] = gesso_tiles_new (which ? 4 : 1);
      self->n_scratch[which] = 0;
    }
}

static GHashTable *
new_planes (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                (GDestroyNotify) gesso_tiles_unref);
}

static void
put_plane (GHashTable *planes, guint64 key, GessoTiles *tiles)
{
  guint64 *copy = g_new (guint64, 1);

  *copy = key;
  g_hash_table_insert (planes, copy, tiles);
}

GessoRecordDecoder *
gesso_record_decoder_new (void)
{
  GessoRecordDecoder *self = g_new0 (GessoRecordDecoder, 1);

  self->planes = new_planes ();
  clear_scratch (self);
  return self;
}

void
gesso_record_decoder_free (GessoRecordDecoder *self)
{
  g_clear_pointer (&self->snapshot, gesso_snapshot_unref);
  g_hash_table_unref (self->planes);
  gesso_tiles_unref (self->scratch[0]);
  gesso_tiles_unref (self->scratch[1]);
  g_free (self);
}

GessoSnapshot *
gesso_record_decoder_get (GessoRecordDecoder *self)
{
  return self->snapshot ? gesso_snapshot_ref (self->snapshot) : NULL;
}

/* ---- Tiles ---------------------------------------------------------------------------------- */

static gboolean
decode_tiles (GessoRecordDecoder *self, GVariant *payload)
{
  g_autoptr (GVariant) tiles = NULL;
  guint8 n_channels;
  guint which;

  g_variant_get (payload, "(y@aay)", &n_channels, &tiles);
  if (n_channels != 1 && n_channels != 4)
    return FALSE;

  which = n_channels == 4;
  for (gsize k = 0; k < g_variant_n_children (tiles); k++)
    {
      g_autoptr (GVariant) tile = g_variant_get_child_value (tiles, k);
      gsize n_bytes;
      const guint8 *bytes = g_variant_get_fixed_array (tile, &n_bytes, 1);
      guint number = self->n_scratch[which]++;
      guint8 *pixels = gesso_tiles_edit (self->scratch[which], (int) (number % SCRATCH_ROW),
                                         (int) (number / SCRATCH_ROW));

      if (pixels == NULL || n_bytes != (gsize) GESSO_TILE_SIZE * GESSO_TILE_SIZE * n_channels)
        return FALSE;
      memcpy (pixels, bytes, n_bytes);
    }

  return TRUE;
}

/* ---- The origin ----------------------------------------------------------------------------- */

static gboolean
decode_origin (GessoRecordDecoder *self, GVariant *payload)
{
  int x, y;

  g_variant_get (payload, "(ii)", &x, &y);
  self->origin_x = CLAMP (x, -GESSO_TILES_REACH, GESSO_TILES_REACH);
  self->origin_y = CLAMP (y, -GESSO_TILES_REACH, GESSO_TILES_REACH);

  return TRUE;
}

/* ---- The commit ----------------------------------------------------------------------------- */

static gboolean
decode_plane (GessoRecordDecoder *self, GVariant *plane, GHashTable *planes)
{
  g_autoptr (GVariant) changes = NULL;
  const GessoRecordChange *change;
  guint64 key, base_key;
  guint8 n_channels;
  GessoTiles *base, *tiles;
  guint which;
  gsize n;

  g_variant_get (plane, "(tty@a(iiu))", &key, &base_key, &n_channels, &changes);
  if (n_channels != 1 && n_channels != 4)
    return FALSE;

  which = n_channels == 4;
  base = g_hash_table_lookup (self->planes, &base_key);
  if (base_key && (base == NULL || gesso_tiles_get_n_channels (base) != n_channels))
    return FALSE;
  tiles = base ? gesso_tiles_copy (base) : gesso_tiles_new (n_channels);
  put_plane (planes, key, tiles);
  change = g_variant_get_fixed_array (changes, &n, sizeof (GessoRecordChange));
  for (gsize k = 0; k < n; k++)
    {
      guint number = change[k].number - 1;

      if (change[k].number > self->n_scratch[which])
        return FALSE;
      gesso_tiles_share (tiles, change[k].i, change[k].j,
                         change[k].number ? self->scratch[which] : NULL,
                         (int) (number % SCRATCH_ROW), (int) (number / SCRATCH_ROW));
    }

  return TRUE;
}

/* The plane, or an empty one. */
static GessoTiles *
get_plane (GHashTable *planes, guint64 key, guint n_channels)
{
  GessoTiles *tiles = g_hash_table_lookup (planes, &key);

  if (tiles && gesso_tiles_get_n_channels (tiles) == n_channels)
    return gesso_tiles_ref (tiles);
  return gesso_tiles_new (n_channels);
}

static void
decode_recipe (const char *text, GessoLayerState *layer)
{
  const char *mark = text ? strchr (text, GESSO_RECORD_CONTROL) : NULL;

  if (mark == NULL)
    layer->recipe = g_strdup (text);
  else
    {
      layer->recipe = mark > text ? g_strndup (text, (gsize) (mark - text)) : NULL;
      layer->control = g_strdup (mark + 1);
    }
}

static gboolean
decode_layers (GVariant *layers, GHashTable *planes, GessoSnapshot *snapshot)
{
  GVariantIter iter;
  guint64 id;
  guint8 kind;
  const char *name, *blend, *recipe;
  gboolean visible, locked;
  double opacity;
  int x, y;

  if (g_variant_n_children (layers) > GESSO_MAX_LAYERS)
    return FALSE;
  g_variant_iter_init (&iter, layers);
  while (g_variant_iter_next (&iter, "(ty&sdbb&siim&s)", &id, &kind, &name, &opacity, &visible,
                              &locked, &blend, &x, &y, &recipe))
    {
      GessoLayerState *layer;

      if (kind > GESSO_LAYER_GENERATED || id == 0 || id > GESSO_RECORD_MAX_NUMBER ||
          gesso_snapshot_find_layer (snapshot, id))
        return FALSE;
      layer = gesso_layer_state_new (kind, name);
      layer->id = id;
      layer->opacity = isfinite (opacity) ? CLAMP (opacity, 0, 1) : 1;
      layer->visible = visible;
      layer->locked = locked;
      gesso_blend_from_id (blend, &layer->blend);
      layer->x = CLAMP (x, -GESSO_TILES_REACH, GESSO_TILES_REACH);
      layer->y = CLAMP (y, -GESSO_TILES_REACH, GESSO_TILES_REACH);
      decode_recipe (recipe, layer);
      gesso_tiles_unref (layer->tiles);
      layer->tiles = get_plane (planes, GESSO_RECORD_LAYER_KEY (id), kind == GESSO_LAYER_MASK ? 1 : 4);
      g_ptr_array_add (snapshot->layers, layer);
    }

  return TRUE;
}

static void
decode_candidates (GVariant *candidates, GHashTable *planes, GessoSnapshot *snapshot)
{
  GVariantIter iter;
  GdkRectangle area;
  const char *recipe;
  guint64 number;

  g_variant_iter_init (&iter, candidates);
  while (g_variant_iter_next (&iter, "(t(iiii)m&s)", &number, &area.x, &area.y, &area.width,
                              &area.height, &recipe))
    {
      g_autoptr (GessoTiles) tiles = get_plane (planes, GESSO_RECORD_CANDIDATE_KEY (number), 4);

      g_ptr_array_add (snapshot->candidates, gesso_candidate_new (tiles, &area, recipe));
    }
}

static gboolean
decode_state (GVariant *state, GHashTable *planes, GessoSnapshot *snapshot)
{
  g_autoptr (GVariant) settings = NULL;
  g_autoptr (GVariant) layers = NULL;
  g_autoptr (GVariant) candidates = NULL;
  GdkRectangle *frame = &snapshot->frame;
  gboolean has_selection;

  g_variant_get (state,
                 "(uu(iiii)tbmv@a" GESSO_RECORD_LAYER_TYPE "@a" GESSO_RECORD_CANDIDATE_TYPE ")",
                 &snapshot->width, &snapshot->height, &frame->x, &frame->y, &frame->width,
                 &frame->height, &snapshot->active, &has_selection, &settings, &layers, &candidates);
  if (snapshot->width < 1 || snapshot->width > GESSO_MAX_SIZE || snapshot->height < 1 ||
      snapshot->height > GESSO_MAX_SIZE || frame->width < 1 || frame->width > GESSO_MAX_SIZE ||
      frame->height < 1 || frame->height > GESSO_MAX_SIZE || ABS (frame->x) > GESSO_TILES_REACH ||
      ABS (frame->y) > GESSO_TILES_REACH || !decode_layers (layers, planes, snapshot))
    return FALSE;

  decode_candidates (candidates, planes, snapshot);
  if (has_selection)
    snapshot->selection = get_plane (planes, GESSO_RECORD_SELECTION_KEY, 1);
  snapshot->settings = g_steal_pointer (&settings);

  return TRUE;
}

static GHashTable *
decode_members (GVariant *members)
{
  GHashTable *table;
  GVariantIter iter;
  const char *name;
  GVariant *content;

  if (g_variant_n_children (members) == 0)
    return NULL;

  table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  g_variant_iter_init (&iter, members);
  while (g_variant_iter_next (&iter, "(&s@ay)", &name, &content))
    {
      g_autoptr (GBytes) bytes = g_variant_get_data_as_bytes (content);

      /* Of its own, not a part of the whole record. */
      g_hash_table_insert (table, g_strdup (name),
                           g_bytes_new (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)));
      g_variant_unref (content);
    }

  return table;
}

/* Only planes that something belongs to are kept. */
static GHashTable *
keep_used (GHashTable *planes, GVariant *state, GessoSnapshot *snapshot)
{
  GHashTable *kept = new_planes ();
  g_autoptr (GVariant) candidates = g_variant_get_child_value (state, 7);

  for (guint i = 0; i < snapshot->layers->len; i++)
    {
      GessoLayerState *layer = g_ptr_array_index (snapshot->layers, i);

      put_plane (kept, GESSO_RECORD_LAYER_KEY (layer->id), gesso_tiles_ref (layer->tiles));
    }
  for (guint i = 0; i < snapshot->candidates->len; i++)
    {
      guint64 number;

      g_variant_get_child (candidates, i, "(t(iiii)m&s)", &number, NULL, NULL, NULL, NULL, NULL);
      put_plane (kept, GESSO_RECORD_CANDIDATE_KEY (number),
                 gesso_tiles_ref (
                     gesso_candidate_get_tiles (g_ptr_array_index (snapshot->candidates, i))));
    }
  if (snapshot->selection)
    put_plane (kept, GESSO_RECORD_SELECTION_KEY, gesso_tiles_ref (snapshot->selection));

  return kept;
}

static gboolean
decode_commit (GessoRecordDecoder *self, GVariant *payload)
{
  g_autoptr (GessoSnapshot) snapshot = gesso_snapshot_new (1, 1);
  g_autoptr (GHashTable) planes = new_planes ();
  g_autoptr (GVariant) state = NULL;
  g_autoptr (GVariant) changed = NULL;
  g_autoptr (GVariant) members = NULL;
  GHashTableIter iter;
  gpointer key, tiles;

  g_variant_get (payload, "(@" GESSO_RECORD_STATE_TYPE "@a" GESSO_RECORD_PLANE_TYPE "m@a(say))",
                 &state, &changed, &members);
  g_hash_table_iter_init (&iter, self->planes);
  while (g_hash_table_iter_next (&iter, &key, &tiles))
    put_plane (planes, *(guint64 *) key, gesso_tiles_ref (tiles));
  for (gsize k = 0; k < g_variant_n_children (changed); k++)
    {
      g_autoptr (GVariant) plane = g_variant_get_child_value (changed, k);

      if (!decode_plane (self, plane, planes))
        return FALSE;
    }
  if (!decode_state (state, planes, snapshot))
    return FALSE;
  snapshot->origin_x = self->origin_x;
  snapshot->origin_y = self->origin_y;
  if (members)
    snapshot->members = decode_members (members);
  else if (self->snapshot && self->snapshot->members)
    snapshot->members = g_hash_table_ref (self->snapshot->members);

  g_hash_table_unref (self->planes);
  self->planes = keep_used (planes, state, snapshot);
  g_clear_pointer (&self->snapshot, gesso_snapshot_unref);
  self->snapshot = g_steal_pointer (&snapshot);
  clear_scratch (self);

  return TRUE;
}

gboolean
gesso_record_decode (GessoRecordDecoder *self, GessoRecordType type, GVariant *payload)
{
  if (type == GESSO_RECORD_TILES)
    return decode_tiles (self, payload);
  if (type == GESSO_RECORD_ORIGIN)
    return decode_origin (self, payload);
  if (type == GESSO_RECORD_COMMIT)
    return decode_commit (self, payload);
  return FALSE;
}
