/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changed since the last snapshot, as records. */
#include "config.h"

#include "gesso-record-private.h"

#include <string.h>

#define TILES_PER_RECORD 256 /* 4 MiB of RGBA: all that is held beside the tiles themselves */

struct _GessoRecordEncoder
{
  GessoSnapshot *last;      /* NULL: the next is complete           */
  GVariant      *state;     /* of last                              */
  GHashTable    *numbers;   /* GessoCandidate -> guint64, of last   */
  guint64        last_number;
};

/* A plane of a snapshot. */
typedef struct
{
  guint64     key;
  GessoTiles *tiles; /* borrowed */
} Plane;

/* One call of gesso_record_encode(). */
typedef struct
{
  GessoRecordSink sink;
  gpointer        data;
  GError        **error;
  gboolean        failed;
  GHashTable     *numbers[2]; /* of 1 and 4 channels: a tile's pixels -> its number */
  guint           n_tiles[2];
  GPtrArray      *batch[2];   /* of the tiles' pixels, not handed over yet          */
  guint           which;      /* of the plane at work                               */
  GArray         *changes;
} Encoding;

GessoRecordEncoder *
gesso_record_encoder_new (void)
{
  GessoRecordEncoder *self = g_new0 (GessoRecordEncoder, 1);

  self->numbers = g_hash_table_new_full (NULL, NULL, g_object_unref, g_free);
  return self;
}

void
gesso_record_encoder_free (GessoRecordEncoder *self)
{
  gesso_record_encoder_reset (self);
  g_hash_table_unref (self->numbers);
  g_free (self);
}

void
gesso_record_encoder_reset (GessoRecordEncoder *self)
{
  g_clear_pointer (&self->last, gesso_snapshot_unref);
  g_clear_pointer (&self->state, g_variant_unref);
}

/* ---- Planes --------------------------------------------------------------------------------- */

static guint64
get_number (GessoRecordEncoder *self, GessoCandidate *candidate)
{
  guint64 *number = g_hash_table_lookup (self->numbers, candidate);

  if (number == NULL)
    {
      number = g_new (guint64, 1);
      *number = ++self->last_number;
      g_hash_table_insert (self->numbers, g_object_ref (candidate), number);
    }

  return *number;
}

static GArray *
list_planes (GessoRecordEncoder *self, GessoSnapshot *snapshot)
{
  GArray *planes = g_array_new (FALSE, FALSE, sizeof (Plane));
  Plane plane;

  for (guint i = 0; snapshot && i < snapshot->layers->len; i++)
    {
      GessoLayerState *layer = g_ptr_array_index (snapshot->layers, i);

      plane = (Plane) { GESSO_RECORD_LAYER_KEY (layer->id), layer->tiles };
      g_array_append_val (planes, plane);
    }
  for (guint i = 0; snapshot && i < snapshot->candidates->len; i++)
    {
      GessoCandidate *candidate = g_ptr_array_index (snapshot->candidates, i);

      plane = (Plane) { GESSO_RECORD_CANDIDATE_KEY (get_number (self, candidate)),
                        gesso_candidate_get_tiles (candidate) };
      g_array_append_val (planes, plane);
    }
  if (snapshot && snapshot->selection)
    {
      plane = (Plane) { GESSO_RECORD_SELECTION_KEY, snapshot->selection };
      g_array_append_val (planes, plane);
    }

  return planes;
}

static void
count_difference (int i, int j, const guint8 *a, const guint8 *b, gpointer data)
{
  (*(guint *) data)++;
}

/* The plane of before that the new one has most in common with: its own, or that of a layer it was
 * copied from, or of a candidate it was. */
static Plane
find_base (GArray *before, const Plane *plane)
{
  Plane base = { 0, NULL };
  guint best = gesso_tiles_count (plane->tiles);

  for (guint k = 0; k < before->len; k++)
    {
      Plane *other = &g_array_index (before, Plane, k);

      if (other->key == plane->key &&
          gesso_tiles_get_n_channels (other->tiles) == gesso_tiles_get_n_channels (plane->tiles))
        return *other;
    }
  for (guint k = 0; best > 0 && k < before->len; k++)
    {
      Plane *other = &g_array_index (before, Plane, k);
      guint n = 0;

      if (gesso_tiles_get_n_channels (other->tiles) != gesso_tiles_get_n_channels (plane->tiles))
        continue;
      gesso_tiles_diff (other->tiles, plane->tiles, count_difference, &n);
      if (n < best)
        {
          best = n;
          base = *other;
        }
    }

  return base;
}

/* ---- Tiles ---------------------------------------------------------------------------------- */

static void
hand_over (Encoding *encoding, guint which)
{
  GPtrArray *batch = encoding->batch[which];
  guint8 n_channels = which ? 4 : 1;
  GVariantBuilder builder;

  if (batch->len == 0 || encoding->failed)
    return;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aay"));
  for (guint i = 0; i < batch->len; i++)
    g_variant_builder_add_value (
        &builder, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, g_ptr_array_index (batch, i),
                                             (gsize) GESSO_TILE_SIZE * GESSO_TILE_SIZE * n_channels,
                                             1));
  g_ptr_array_set_size (batch, 0);
  encoding->failed = !encoding->sink (
      GESSO_RECORD_TILES,
      g_variant_ref_sink (g_variant_new ("(y@aay)", n_channels, g_variant_builder_end (&builder))),
      encoding->data, encoding->error);
}

/* A tile that many places share is written once. */
static guint
number_tile (Encoding *encoding, const guint8 *pixels)
{
  guint which = encoding->which;
  gpointer number = g_hash_table_lookup (encoding->numbers[which], pixels);

  if (number == NULL)
    {
      number = GUINT_TO_POINTER (++encoding->n_tiles[which]);
      g_hash_table_insert (encoding->numbers[which], (gpointer) pixels, number);
      g_ptr_array_add (encoding->batch[which], (gpointer) pixels);
      if (encoding->batch[which]->len == TILES_PER_RECORD)
        hand_over (encoding, which);
    }

  return GPOINTER_TO_UINT (number);
}

static void
add_change (int i, int j, const guint8 *before, const guint8 *now, gpointer data)
{
  Encoding *encoding = data;
  GessoRecordChange change = { i, j, now ? number_tile (encoding, now) : 0 };

  g_array_append_val (encoding->changes, change);
}

/* NULL if it is what it was. */
static GVariant *
encode_plane (Encoding *encoding, GArray *before, const Plane *plane)
{
  guint8 n_channels = (guint8) gesso_tiles_get_n_channels (plane->tiles);
  Plane base = find_base (before, plane);

  encoding->which = n_channels == 4;
  g_array_set_size (encoding->changes, 0);
  gesso_tiles_diff (base.tiles, plane->tiles, add_change, encoding);
  if (encoding->changes->len == 0 && base.key == plane->key)
    return NULL;

  return g_variant_new ("(tty@a(iiu))", plane->key, base.key, n_channels,
                        g_variant_new_fixed_array (G_VARIANT_TYPE ("(iiu)"), encoding->changes->data,
                                                   encoding->changes->len,
                                                   sizeof (GessoRecordChange)));
}

/* ---- The commit ----------------------------------------------------------------------------- */

static GVariant *
encode_state (GessoRecordEncoder *self, GessoSnapshot *snapshot)
{
  const GdkRectangle *frame = &snapshot->frame;
  GVariantBuilder layers, candidates;

  g_variant_builder_init (&layers, G_VARIANT_TYPE ("a" GESSO_RECORD_LAYER_TYPE));
  for (guint i = 0; i < snapshot->layers->len; i++)
    {
      const GessoLayerState *l = g_ptr_array_index (snapshot->layers, i);
      g_autofree char *both =
          l->control ? g_strdup_printf ("%s%c%s", l->recipe ? l->recipe : "", GESSO_RECORD_CONTROL,
                                        l->control)
                     : NULL;

      g_variant_builder_add (&layers, GESSO_RECORD_LAYER_TYPE, l->id, (guint8) l->kind, l->name,
                             l->opacity, l->visible, l->locked, gesso_blend_get_id (l->blend), l->x,
                             l->y, both ? both : l->recipe);
    }
  g_variant_builder_init (&candidates, G_VARIANT_TYPE ("a" GESSO_RECORD_CANDIDATE_TYPE));
  for (guint i = 0; i < snapshot->candidates->len; i++)
    {
      GessoCandidate *candidate = g_ptr_array_index (snapshot->candidates, i);
      GdkRectangle area;

      gesso_candidate_get_area (candidate, &area);
      g_variant_builder_add (&candidates, GESSO_RECORD_CANDIDATE_TYPE, get_number (self, candidate),
                             area.x, area.y, area.width, area.height,
                             gesso_candidate_get_recipe (candidate));
    }

  return g_variant_ref_sink (g_variant_new (
      GESSO_RECORD_STATE_TYPE, snapshot->width, snapshot->height, frame->x, frame->y, frame->width,
      frame->height, snapshot->active, snapshot->selection != NULL, snapshot->settings, &layers,
      &candidates));
}

static gboolean
is_at_origin (const GessoRecordEncoder *self, const GessoSnapshot *snapshot)
{
  int x = self->last ? self->last->origin_x : 0, y = self->last ? self->last->origin_y : 0;

  return snapshot->origin_x == x && snapshot->origin_y == y;
}

static GVariant *
encode_members (GHashTable *members)
{
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer name, bytes;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(say)"));
  if (members)
    {
      g_hash_table_iter_init (&iter, members);
      while (g_hash_table_iter_next (&iter, &name, &bytes))
        g_variant_builder_add (&builder, "(s@ay)", name,
                               g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
    }

  return g_variant_builder_end (&builder);
}

/* Candidates that are gone free their tiles. */
static void
forget_numbers (GessoRecordEncoder *self, GessoSnapshot *snapshot)
{
  GHashTableIter iter;
  gpointer candidate;

  g_hash_table_iter_init (&iter, self->numbers);
  while (g_hash_table_iter_next (&iter, &candidate, NULL))
    if (!g_ptr_array_find (snapshot->candidates, candidate, NULL))
      g_hash_table_iter_remove (&iter);
}

gboolean
gesso_record_encode (GessoRecordEncoder *self,
                     GessoSnapshot      *snapshot,
                     GessoRecordSink     sink,
                     gpointer            data,
                     GError            **error)
{
  g_autoptr (GArray) before = list_planes (self, self->last);
  g_autoptr (GArray) now = list_planes (self, snapshot);
  g_autoptr (GVariant) state = encode_state (self, snapshot);
  g_autoptr (GArray) changes = g_array_new (FALSE, FALSE, sizeof (GessoRecordChange));
  Encoding encoding = { sink, data, error, FALSE, { NULL }, { 0 }, { NULL }, 0, changes };
  gboolean members_changed = self->last == NULL || self->last->members != snapshot->members;
  GVariantBuilder planes;
  guint n_planes = 0;
  gboolean moved;

  for (guint which = 0; which < 2; which++)
    {
      encoding.numbers[which] = g_hash_table_new (NULL, NULL);
      encoding.batch[which] = g_ptr_array_new ();
    }
  g_variant_builder_init (&planes, G_VARIANT_TYPE ("a" GESSO_RECORD_PLANE_TYPE));
  for (guint k = 0; k < now->len; k++)
    {
      GVariant *plane = encode_plane (&encoding, before, &g_array_index (now, Plane, k));

      if (plane)
        {
          g_variant_builder_add_value (&planes, plane);
          n_planes++;
        }
    }
  moved = !is_at_origin (self, snapshot);
  if (moved && !encoding.failed)
    encoding.failed = !sink (GESSO_RECORD_ORIGIN,
                             g_variant_ref_sink (g_variant_new ("(ii)", snapshot->origin_x,
                                                                snapshot->origin_y)),
                             data, error);
  for (guint which = 0; which < 2; which++)
    {
      hand_over (&encoding, which);
      g_hash_table_unref (encoding.numbers[which]);
      g_ptr_array_unref (encoding.batch[which]);
    }

  if (encoding.failed || (n_planes == 0 && !members_changed && !moved && self->state &&
                          g_variant_equal (self->state, state)))
    g_variant_builder_clear (&planes);
  else
    encoding.failed = !sink (
        GESSO_RECORD_COMMIT,
        g_variant_ref_sink (g_variant_new (
            "(@" GESSO_RECORD_STATE_TYPE "@a" GESSO_RECORD_PLANE_TYPE "m@a(say))", state,
            g_variant_builder_end (&planes),
            members_changed ? encode_members (snapshot->members) : NULL)),
        data, error);
  if (encoding.failed)
    return FALSE;

  gesso_record_encoder_reset (self);
  self->last = gesso_snapshot_ref (snapshot);
  self->state = g_steal_pointer (&state);
  forget_numbers (self, snapshot);

  return TRUE;
}
