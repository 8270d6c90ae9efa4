/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mask in tiles of 128 x 128 pixels; a tile that nobody has painted does not exist. */
#include "config.h"

#include "gesso-mask.h"

#include <math.h>
#include <string.h>

#define TILE 128
#define TILE_BYTES (TILE * TILE)
#define MAX_UNDO 64

/* The overlay's colour, GNOME's red 3, and its opacity: straight, of 255. */
static const guint8 overlay[4] = { 224, 27, 36, 140 };

struct _GessoMask
{
  GObject      parent_instance;

  guint        width, height;     /* pixels */
  guint        n_across, n_down;  /* tiles  */
  guint8     **tiles;             /* [n_across * n_down], NULL: nothing painted           */
  GdkTexture **textures;          /* of the tiles, NULL: to be made                       */
  GQueue       undo;              /* of GHashTable tile index -> guint8 * or NULL, newest
                                     at the head                                          */
};

enum
{
  CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (GessoMask, gesso_mask, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void
gesso_mask_finalize (GObject *object)
{
  GessoMask *self = GESSO_MASK (object);

  for (guint i = 0; i < self->n_across * self->n_down; i++)
    {
      g_free (self->tiles[i]);
      g_clear_object (&self->textures[i]);
    }
  g_free (self->tiles);
  g_free (self->textures);
  g_queue_clear_full (&self->undo, (GDestroyNotify) g_hash_table_unref);

  G_OBJECT_CLASS (gesso_mask_parent_class)->finalize (object);
}

static void
gesso_mask_class_init (GessoMaskClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gesso_mask_finalize;

  signals[CHANGED] = g_signal_new ("changed", GESSO_TYPE_MASK, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
gesso_mask_init (GessoMask *self)
{
  g_queue_init (&self->undo);
}

GessoMask *
gesso_mask_new (guint width, guint height)
{
  GessoMask *self = g_object_new (GESSO_TYPE_MASK, NULL);

  self->width = width;
  self->height = height;
  self->n_across = (width + TILE - 1) / TILE;
  self->n_down = (height + TILE - 1) / TILE;
  self->tiles = g_new0 (guint8 *, self->n_across * self->n_down);
  self->textures = g_new0 (GdkTexture *, self->n_across * self->n_down);

  return self;
}

/* What lies beyond the picture's right and lower edges does not count. */
static gboolean
is_blank (GessoMask *self, guint index)
{
  const guint8 *tile = self->tiles[index];
  guint n_columns = MIN (TILE, self->width - index % self->n_across * TILE);
  guint n_rows = MIN (TILE, self->height - index / self->n_across * TILE);

  for (guint y = 0; tile && y < n_rows; y++)
    for (guint x = 0; x < n_columns; x++)
      if (tile[y * TILE + x])
        return FALSE;

  return TRUE;
}

gboolean
gesso_mask_is_empty (GessoMask *self)
{
  for (guint i = 0; i < self->n_across * self->n_down; i++)
    if (!is_blank (self, i))
      return FALSE;

  return TRUE;
}

GBytes *
gesso_mask_to_bytes (GessoMask *self)
{
  gsize n_bytes = (gsize) self->width * self->height;
  guint8 *bytes;

  if (gesso_mask_is_empty (self))
    return NULL;

  bytes = g_malloc0 (n_bytes);
  for (guint y = 0; y < self->height; y++)
    for (guint i = 0; i < self->n_across; i++)
      {
        const guint8 *tile = self->tiles[y / TILE * self->n_across + i];
        guint n = MIN (TILE, self->width - i * TILE);

        if (tile)
          memcpy (bytes + (gsize) y * self->width + i * TILE, tile + y % TILE * TILE, n);
      }

  return g_bytes_new_take (bytes, n_bytes);
}

/* ---- Painting ------------------------------------------------------------------------------- */

void
gesso_mask_begin_stroke (GessoMask *self)
{
  g_queue_push_head (&self->undo, g_hash_table_new_full (NULL, NULL, NULL, g_free));
  if (self->undo.length > MAX_UNDO)
    g_hash_table_unref (g_queue_pop_tail (&self->undo));
}

/* Keeps the tile as it was before this stroke, once. */
static void
remember_tile (GessoMask *self, guint index)
{
  GHashTable *before = g_queue_peek_head (&self->undo);

  if (before && !g_hash_table_contains (before, GUINT_TO_POINTER (index)))
    g_hash_table_insert (before, GUINT_TO_POINTER (index),
                         g_memdup2 (self->tiles[index], self->tiles[index] ? TILE_BYTES : 0));
}

/* Squared distance of a point from the line between two others. */
static double
distance2 (double x, double y, const graphene_point_t *from, const graphene_point_t *to)
{
  double dx = to->x - from->x, dy = to->y - from->y;
  double length2 = dx * dx + dy * dy;
  double t = length2 > 0 ? ((x - from->x) * dx + (y - from->y) * dy) / length2 : 0;

  t = CLAMP (t, 0, 1);
  dx = x - from->x - t * dx;
  dy = y - from->y - t * dy;

  return dx * dx + dy * dy;
}

typedef struct
{
  const graphene_point_t *from, *to;
  double radius;
  guint8 value;
} Line;

static void
draw_pixels (guint8 *tile, guint left, guint top, const Line *line)
{
  for (guint y = 0; y < TILE; y++)
    for (guint x = 0; x < TILE; x++)
      if (distance2 (left + x + 0.5, top + y + 0.5, line->from, line->to) <=
          line->radius * line->radius)
        tile[y * TILE + x] = line->value;
}

/* Only tiles that the line's edge crosses are looked at pixel by pixel. */
static void
draw_in_tile (GessoMask *self, guint index, const Line *line)
{
  const double half_diagonal = TILE * G_SQRT2 / 2;
  guint left = index % self->n_across * TILE, top = index / self->n_across * TILE;
  double distance =
      sqrt (distance2 (left + TILE / 2.0, top + TILE / 2.0, line->from, line->to));

  if (distance > line->radius + half_diagonal)
    return;

  remember_tile (self, index);
  g_clear_object (&self->textures[index]);
  if (self->tiles[index] == NULL)
    self->tiles[index] = g_malloc0 (TILE_BYTES);

  if (distance < line->radius - half_diagonal)
    memset (self->tiles[index], line->value, TILE_BYTES);
  else
    draw_pixels (self->tiles[index], left, top, line);
}

static guint
tile_at (double position, guint n_tiles)
{
  return (guint) CLAMP (floor (position / TILE), 0, n_tiles - 1.0);
}

void
gesso_mask_line (GessoMask              *self,
                 const graphene_point_t *from,
                 const graphene_point_t *to,
                 double                  radius,
                 guint8                  value)
{
  Line line = { from, to, MAX (radius, 0.5), value };
  double r = line.radius;
  guint left = tile_at (MIN (from->x, to->x) - r, self->n_across);
  guint right = tile_at (MAX (from->x, to->x) + r, self->n_across);
  guint top = tile_at (MIN (from->y, to->y) - r, self->n_down);
  guint bottom = tile_at (MAX (from->y, to->y) + r, self->n_down);

  for (guint j = top; j <= bottom; j++)
    for (guint i = left; i <= right; i++)
      if (value || self->tiles[j * self->n_across + i])
        draw_in_tile (self, j * self->n_across + i, &line);

  g_signal_emit (self, signals[CHANGED], 0);
}

void
gesso_mask_clear (GessoMask *self)
{
  if (gesso_mask_is_empty (self))
    return;

  gesso_mask_begin_stroke (self);
  for (guint i = 0; i < self->n_across * self->n_down; i++)
    if (self->tiles[i])
      {
        remember_tile (self, i);
        g_clear_pointer (&self->tiles[i], g_free);
        g_clear_object (&self->textures[i]);
      }

  g_signal_emit (self, signals[CHANGED], 0);
}

gboolean
gesso_mask_can_undo (GessoMask *self)
{
  return !g_queue_is_empty (&self->undo);
}

void
gesso_mask_undo (GessoMask *self)
{
  g_autoptr (GHashTable) before = g_queue_pop_head (&self->undo);
  GHashTableIter iter;
  gpointer index, tile;

  if (before == NULL)
    return;

  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &index, &tile))
    {
      guint i = GPOINTER_TO_UINT (index);

      g_hash_table_iter_steal (&iter);
      g_free (self->tiles[i]);
      self->tiles[i] = tile;
      g_clear_object (&self->textures[i]);
    }

  g_signal_emit (self, signals[CHANGED], 0);
}

/* ---- Drawing -------------------------------------------------------------------------------- */

static GdkTexture *
make_texture (const guint8 *tile)
{
  guint8 *rgba = g_malloc (TILE_BYTES * 4);
  g_autoptr (GBytes) bytes = g_bytes_new_take (rgba, TILE_BYTES * 4);

  for (guint i = 0; i < TILE_BYTES; i++)
    {
      guint alpha = tile[i] * overlay[3] / 255;

      for (guint c = 0; c < 3; c++)
        rgba[i * 4 + c] = (guint8) (overlay[c] * alpha / 255);
      rgba[i * 4 + 3] = (guint8) alpha;
    }

  return gdk_memory_texture_new (TILE, TILE, GDK_MEMORY_R8G8B8A8_PREMULTIPLIED, bytes, TILE * 4);
}

void
gesso_mask_snapshot (GessoMask             *self,
                     GtkSnapshot           *snapshot,
                     const graphene_rect_t *bounds)
{
  float scale = bounds->size.width / (float) self->width;

  gtk_snapshot_push_clip (snapshot, bounds);
  for (guint i = 0; i < self->n_across * self->n_down; i++)
    {
      graphene_rect_t place;

      if (self->tiles[i] == NULL)
        continue;
      if (self->textures[i] == NULL)
        self->textures[i] = make_texture (self->tiles[i]);
      graphene_rect_init (&place,
                          bounds->origin.x + (float) (i % self->n_across * TILE) * scale,
                          bounds->origin.y + (float) (i / self->n_across * TILE) * scale,
                          TILE * scale, TILE * scale);
      gtk_snapshot_append_texture (snapshot, self->textures[i], &place);
    }
  gtk_snapshot_pop (snapshot);
}
