/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cache is a hash table from (level, column, row) to a texture and what of it is out of date. */
#include "config.h"

#include "gesso-tile-cache.h"

#include "gesso-shrink.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SIZE GESSO_CACHE_TILE
#define TILE_BYTES ((gsize) SIZE * SIZE * 4)
#define MIN_LEVEL -6
#define MAX_LEVEL 6
#define MAX_TILES 512             /* 128 MiB; more only if all of them are seen       */
#define STEP_PIXELS (16 * 1024)   /* of the plane, rendered between two looks at time */
#define STEP_WIDTH 1024

typedef struct
{
  int          level, i, j; /* the key */
  GBytes      *bytes;
  GdkTexture  *texture;     /* of bytes; NULL: nothing is rendered yet           */
  GdkRectangle dirty;       /* in the plane's pixels; empty: it is up to date    */
  GdkRectangle strip;       /* a part that was taken out of dirty, being rendered */
  guint64      used;        /* the update that wanted it last                    */
} Tile;

struct _GessoTileCache
{
  GessoRenderFunc func;
  gpointer        data;
  GdkRectangle    plane;
  GHashTable     *tiles;
  guint64         clock;
  guint8         *scratch;
  gsize           scratch_bytes;
};

gint64
gesso_thread_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (gint64) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/* ---- Tiles ---------------------------------------------------------------------------------- */

static guint
tile_hash (gconstpointer key)
{
  const Tile *tile = key;

  return (guint) tile->level * 0x9e3779b9u ^ (guint) tile->i * 0x85ebca6bu ^
         (guint) tile->j * 0xc2b2ae35u;
}

static gboolean
tile_equal (gconstpointer a, gconstpointer b)
{
  const Tile *one = a, *other = b;

  return one->level == other->level && one->i == other->i && one->j == other->j;
}

static void
tile_free (gpointer data)
{
  Tile *tile = data;

  g_clear_object (&tile->texture);
  g_clear_pointer (&tile->bytes, g_bytes_unref);
  g_free (tile);
}

/* How many pixels of the plane a texture shows to each side. */
static int
get_span (int level)
{
  return level >= 0 ? SIZE << level : SIZE >> -level;
}

static void
get_place (const Tile *tile, GdkRectangle *place)
{
  int span = get_span (tile->level);

  *place = (GdkRectangle) { tile->i * span, tile->j * span, span, span };
}

static Tile *
find (GessoTileCache *self, int level, int i, int j)
{
  const Tile key = { .level = level, .i = i, .j = j };

  return g_hash_table_lookup (self->tiles, &key);
}

static Tile *
make (GessoTileCache *self, int level, int i, int j)
{
  Tile *tile = find (self, level, i, j);

  if (tile)
    return tile;

  tile = g_new0 (Tile, 1);
  tile->level = level;
  tile->i = i;
  tile->j = j;
  get_place (tile, &tile->dirty);
  gdk_rectangle_intersect (&tile->dirty, &self->plane, &tile->dirty);
  g_hash_table_add (self->tiles, tile);

  return tile;
}

GessoTileCache *
gesso_tile_cache_new (GessoRenderFunc func, gpointer data)
{
  GessoTileCache *self = g_new0 (GessoTileCache, 1);

  self->func = func;
  self->data = data;
  self->tiles = g_hash_table_new_full (tile_hash, tile_equal, tile_free, NULL);

  return self;
}

void
gesso_tile_cache_free (GessoTileCache *self)
{
  g_hash_table_unref (self->tiles);
  g_free (self->scratch);
  g_free (self);
}

void
gesso_tile_cache_clear (GessoTileCache *self)
{
  g_hash_table_remove_all (self->tiles);
}

void
gesso_tile_cache_set_size (GessoTileCache *self, guint width, guint height)
{
  const GdkRectangle plane = { 0, 0, (int) width, (int) height };

  if (gdk_rectangle_equal (&plane, &self->plane))
    return;

  self->plane = plane;
  gesso_tile_cache_clear (self);
}

void
gesso_tile_cache_damage (GessoTileCache *self, const GdkRectangle *area)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->tiles);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      Tile *tile = key;
      GdkRectangle part;

      get_place (tile, &part);
      if (!gdk_rectangle_intersect (&part, area, &part) ||
          !gdk_rectangle_intersect (&part, &self->plane, &part))
        continue;
      if (tile->dirty.width > 0)
        gdk_rectangle_union (&part, &tile->dirty, &tile->dirty);
      else
        tile->dirty = part;
    }
}

gsize
gesso_tile_cache_get_bytes (GessoTileCache *self)
{
  return g_hash_table_size (self->tiles) * TILE_BYTES;
}

/* ---- Rendering ------------------------------------------------------------------------------ */

int
gesso_tile_cache_choose_level (double scale)
{
  double level = -log2 (scale);

  /* Up to the next sharper one, with room for rounding. */
  return CLAMP ((int) floor (level + 1e-6), MIN_LEVEL, MAX_LEVEL);
}

static guint8 *
get_scratch (GessoTileCache *self, gsize n_bytes)
{
  if (n_bytes > self->scratch_bytes)
    {
      g_free (self->scratch);
      self->scratch = g_malloc (n_bytes);
      self->scratch_bytes = n_bytes;
    }

  return self->scratch;
}

/* Level 0 and above: area is on the level's grid and may reach past the plane. */
static void
render_small (GessoTileCache *self, const Tile *tile, const GdkRectangle *area, guint8 *pixels)
{
  guint level = (guint) tile->level;
  gsize stride = (gsize) area->width * 4, out_stride = stride >> level;
  guint8 *scratch = get_scratch (self, stride * (gsize) area->height);
  int x = (area->x >> level) - tile->i * SIZE, y = (area->y >> level) - tile->j * SIZE;
  GdkRectangle inside;

  if (!gdk_rectangle_intersect (area, &self->plane, &inside))
    return;

  /* What averages past the plane's edge would fade it, so the edge is repeated. */
  self->func (&inside, scratch, stride, self->data);
  if (inside.width < area->width)
    for (int row = 0; row < inside.height; row++)
      {
        guint32 *words = (guint32 *) (gpointer) (scratch + (gsize) row * stride);

        for (int k = inside.width; k < area->width; k++)
          words[k] = words[inside.width - 1];
      }
  for (int row = inside.height; row < area->height; row++)
    memcpy (scratch + (gsize) row * stride, scratch + (gsize) (inside.height - 1) * stride, stride);

  gesso_shrink (scratch, (guint) area->width, (guint) area->height, level);
  for (int row = 0; row < area->height >> level; row++)
    memcpy (pixels + ((gsize) (y + row) * SIZE + (gsize) x) * 4, scratch + (gsize) row * out_stride,
            out_stride);
}

static void
render_large (GessoTileCache *self, const Tile *tile, const GdkRectangle *area, guint8 *pixels)
{
  guint size = 1u << -tile->level;
  gsize stride = (gsize) area->width * 4;
  guint8 *scratch = get_scratch (self, stride * (gsize) area->height);
  GdkRectangle place;

  get_place (tile, &place);
  self->func (area, scratch, stride, self->data);
  gesso_enlarge (scratch, stride, (guint) area->width, (guint) area->height, size,
                 pixels + ((gsize) (area->y - place.y) * SIZE + (gsize) (area->x - place.x)) *
                              size * 4,
                 (gsize) SIZE * 4);
}

/* The first columns of what is dirty, not too many for steps. */
static void
take_strip (Tile *tile)
{
  int unit = tile->level > 0 ? 1 << tile->level : 1;
  int left = tile->dirty.x / unit * unit;

  tile->strip = tile->dirty;
  tile->strip.width = MIN (tile->dirty.width, left + STEP_WIDTH - tile->dirty.x);
  tile->dirty.x += tile->strip.width;
  tile->dirty.width -= tile->strip.width;
}

static gboolean
is_dirty (const Tile *tile)
{
  return tile->dirty.width > 0 || tile->strip.width > 0;
}

/* The first rows of a strip, as many as make a step. */
static void
take_step (Tile *tile, GdkRectangle *step)
{
  int unit = tile->level > 0 ? 1 << tile->level : 1;
  GdkRectangle *dirty = &tile->strip;
  int right, rows;

  if (dirty->width == 0)
    take_strip (tile);
  right = (dirty->x + dirty->width + unit - 1) / unit * unit;
  step->x = dirty->x / unit * unit;
  step->y = dirty->y / unit * unit;
  step->width = right - step->x;
  rows = MAX (STEP_PIXELS / step->width / unit, 1) * unit;
  rows = MIN (rows, (dirty->y + dirty->height - step->y + unit - 1) / unit * unit);
  step->height = rows;

  dirty->height -= step->y + rows - dirty->y;
  dirty->y = step->y + rows;
  if (dirty->height <= 0)
    *dirty = (GdkRectangle) { 0 };
}

/* FALSE when the time was over first. */
static gboolean
render_tile (GessoTileCache *self, Tile *tile, gint64 deadline)
{
  guint8 *pixels = g_malloc (TILE_BYTES);

  if (tile->bytes)
    memcpy (pixels, g_bytes_get_data (tile->bytes, NULL), TILE_BYTES);
  else
    memset (pixels, 0, TILE_BYTES);

  do
    {
      GdkRectangle step;

      take_step (tile, &step);
      if (tile->level >= 0)
        render_small (self, tile, &step, pixels);
      else
        render_large (self, tile, &step, pixels);
    }
  while (is_dirty (tile) && gesso_thread_time () < deadline);

  /* Textures do not change, so this is a new one. */
  g_clear_object (&tile->texture);
  g_clear_pointer (&tile->bytes, g_bytes_unref);
  tile->bytes = g_bytes_new_take (pixels, TILE_BYTES);
  tile->texture = gdk_memory_texture_new (SIZE, SIZE, GDK_MEMORY_R8G8B8A8_PREMULTIPLIED,
                                          tile->bytes, (gsize) SIZE * 4);

  return !is_dirty (tile) && gesso_thread_time () < deadline;
}

static int
compare_use (gconstpointer a, gconstpointer b)
{
  const Tile *one = *(Tile *const *) a, *other = *(Tile *const *) b;

  return (one->used > other->used) - (one->used < other->used);
}

/* The ones unused for longest go, but none of this update. */
static void
forget_unused (GessoTileCache *self)
{
  g_autofree gpointer *tiles = NULL;
  guint n, n_too_many;

  if (g_hash_table_size (self->tiles) <= MAX_TILES)
    return;

  tiles = g_hash_table_get_keys_as_array (self->tiles, &n);
  qsort (tiles, n, sizeof (gpointer), compare_use);
  n_too_many = n - MAX_TILES * 3 / 4;
  for (guint k = 0; k < n_too_many; k++)
    {
      Tile *tile = tiles[k];

      if (tile->used < self->clock)
        g_hash_table_remove (self->tiles, tile);
    }
}

gboolean
gesso_tile_cache_update (GessoTileCache     *self,
                         int                 level,
                         const GdkRectangle *visible,
                         gint64              budget_us)
{
  gint64 deadline = gesso_thread_time () + budget_us;
  int span = get_span (level);
  gboolean done = TRUE, in_time = TRUE;
  GdkRectangle area;

  self->clock++;
  if (!gdk_rectangle_intersect (visible, &self->plane, &area))
    return TRUE;

  /* What was shown and is old first, then what is missing: a stroke must not wait for a scroll. */
  for (int pass = 0; pass < 2; pass++)
    for (int j = area.y / span; j <= (area.y + area.height - 1) / span; j++)
      for (int i = area.x / span; i <= (area.x + area.width - 1) / span; i++)
        {
          Tile *tile = make (self, level, i, j);

          tile->used = self->clock;
          if (!is_dirty (tile) || (pass == 0) != (tile->texture != NULL))
            continue;
          if (in_time)
            in_time = render_tile (self, tile, deadline);
          done = done && !is_dirty (tile);
        }
  forget_unused (self);

  return done;
}

/* ---- Drawing -------------------------------------------------------------------------------- */

/* On the grid in its own whole numbers, since what is scaled later is not whole any more. */
static void
append_on_grid (const Tile *tile, const GdkRectangle *place, double grid, GtkSnapshot *snapshot)
{
  float left = (float) round (place->x * grid), top = (float) round (place->y * grid);
  float right = (float) round ((place->x + place->width) * grid);
  float bottom = (float) round ((place->y + place->height) * grid);

  gtk_snapshot_save (snapshot);
  gtk_snapshot_scale (snapshot, (float) (1 / grid), (float) (1 / grid));
  gtk_snapshot_append_texture (snapshot, tile->texture,
                               &GRAPHENE_RECT_INIT (left, top, right - left, bottom - top));
  gtk_snapshot_restore (snapshot);
}

static void
append (const Tile *tile, double grid, GtkSnapshot *snapshot)
{
  GdkRectangle place;
  float more;

  get_place (tile, &place);
  if (grid > 0)
    {
      append_on_grid (tile, &place, grid, snapshot);
      return;
    }

  /* A bit of overlap. */
  more = (float) place.width / SIZE;
  gtk_snapshot_append_texture (snapshot, tile->texture,
                               &GRAPHENE_RECT_INIT ((float) place.x, (float) place.y,
                                                    (float) place.width + more,
                                                    (float) place.height + more));
}

/* Something of another level to see until the right tile is there: the next coarser one that has
 * it. */
static void
append_stand_in (GessoTileCache *self, int level, int i, int j, double grid, GtkSnapshot *snapshot)
{
  int span = get_span (level);

  for (int other = level + 1; other <= MAX_LEVEL; other++)
    {
      int other_span = get_span (other);
      Tile *tile = find (self, other, i * span / other_span, j * span / other_span);

      if (tile && tile->texture)
        {
          gtk_snapshot_push_clip (snapshot,
                                  &GRAPHENE_RECT_INIT ((float) (i * span), (float) (j * span),
                                                       (float) span, (float) span));
          append (tile, grid, snapshot);
          gtk_snapshot_pop (snapshot);
          return;
        }
    }
}

void
gesso_tile_cache_snapshot (GessoTileCache     *self,
                           int                 level,
                           const GdkRectangle *visible,
                           double              grid,
                           GtkSnapshot        *snapshot)
{
  int span = get_span (level);
  GdkRectangle area;

  if (!gdk_rectangle_intersect (visible, &self->plane, &area))
    return;

  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) self->plane.width,
                                                         (float) self->plane.height));
  for (int j = area.y / span; j <= (area.y + area.height - 1) / span; j++)
    for (int i = area.x / span; i <= (area.x + area.width - 1) / span; i++)
      {
        Tile *tile = find (self, level, i, j);

        if (tile && tile->texture)
          append (tile, grid, snapshot);
        else
          append_stand_in (self, level, i, j, grid, snapshot);
      }
  gtk_snapshot_pop (snapshot);
}
