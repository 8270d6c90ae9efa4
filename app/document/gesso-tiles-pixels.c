/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to a plane's pixels: rectangles, bounds, and planes mirrored, turned and moved. */
#include "config.h"

#include "gesso-tiles.h"

#include <string.h>

#define SIZE GESSO_TILE_SIZE

/* ---- Rectangles ----------------------------------------------------------------------------- */

/* The part of an area that is within reach. */
static gboolean
clip_area (const GdkRectangle *area, GdkRectangle *clipped)
{
  const GdkRectangle reach = { -GESSO_TILES_REACH, -GESSO_TILES_REACH, 2 * GESSO_TILES_REACH,
                               2 * GESSO_TILES_REACH };
  gint64 right = (gint64) area->x + area->width, bottom = (gint64) area->y + area->height;

  clipped->x = MAX (area->x, reach.x);
  clipped->y = MAX (area->y, reach.y);
  clipped->width = (int) MAX (MIN (right, reach.x + reach.width) - clipped->x, 0);
  clipped->height = (int) MAX (MIN (bottom, reach.y + reach.height) - clipped->y, 0);

  return area->width > 0 && area->height > 0 && clipped->width > 0 && clipped->height > 0;
}

/* The part of an area that lies in tile (i, j). */
static void
get_part (const GdkRectangle *area, int i, int j, GdkRectangle *part)
{
  const GdkRectangle tile = { i * SIZE, j * SIZE, SIZE, SIZE };

  gdk_rectangle_intersect (area, &tile, part);
}

/* For every tile that the area touches: i, j and part. */
#define FOR_TILES(area, i, j, part)                                                               \
  for (int j = gesso_tile_of ((area)->y); j <= gesso_tile_of ((area)->y + (area)->height - 1); j++) \
    for (int i = gesso_tile_of ((area)->x);                                                       \
         i <= gesso_tile_of ((area)->x + (area)->width - 1) && (get_part (area, i, j, &part), TRUE); \
         i++)

static gsize
offset_in_tile (const GdkRectangle *part, int i, int j, guint n_channels)
{
  return ((gsize) (part->y - j * SIZE) * SIZE + (gsize) (part->x - i * SIZE)) * n_channels;
}

void
gesso_tiles_read (const GessoTiles   *self,
                  const GdkRectangle *area,
                  guint8             *pixels,
                  gsize               stride)
{
  guint n_channels = gesso_tiles_get_n_channels (self);
  GdkRectangle inside, part;

  if (!clip_area (area, &inside) || !gdk_rectangle_equal (area, &inside))
    for (int y = 0; y < area->height; y++)
      memset (pixels + y * stride, 0, (gsize) MAX (area->width, 0) * n_channels);
  if (!clip_area (area, &inside))
    return;

  FOR_TILES (&inside, i, j, part)
    {
      const guint8 *tile = gesso_tiles_peek (self, i, j);
      const guint8 *from = tile ? tile + offset_in_tile (&part, i, j, n_channels) : NULL;
      guint8 *to = pixels + (gsize) (part.y - area->y) * stride +
                   (gsize) (part.x - area->x) * n_channels;

      for (int y = 0; y < part.height; y++)
        if (from)
          memcpy (to + y * stride, from + (gsize) y * SIZE * n_channels,
                  (gsize) part.width * n_channels);
        else
          memset (to + y * stride, 0, (gsize) part.width * n_channels);
    }
}

static gboolean
is_zero (const guint8 *bytes, gsize n)
{
  return n == 0 || (bytes[0] == 0 && memcmp (bytes, bytes + 1, n - 1) == 0);
}

static gboolean
is_zero_area (const guint8 *pixels, gsize stride, int height, gsize n_row_bytes)
{
  for (int y = 0; y < height; y++)
    if (!is_zero (pixels + y * stride, n_row_bytes))
      return FALSE;

  return TRUE;
}

void
gesso_tiles_write (GessoTiles         *self,
                   const GdkRectangle *area,
                   const guint8       *pixels,
                   gsize               stride)
{
  guint n_channels = gesso_tiles_get_n_channels (self);
  GdkRectangle inside, part;

  if (!clip_area (area, &inside))
    return;

  FOR_TILES (&inside, i, j, part)
    {
      const guint8 *from = pixels + (gsize) (part.y - area->y) * stride +
                           (gsize) (part.x - area->x) * n_channels;
      gsize n_row_bytes = (gsize) part.width * n_channels;
      gboolean zero = is_zero_area (from, stride, part.height, n_row_bytes);
      guint8 *to;

      if (zero && (gesso_tiles_peek (self, i, j) == NULL ||
                   (part.width == SIZE && part.height == SIZE)))
        {
          gesso_tiles_share (self, i, j, NULL, 0, 0);
          continue;
        }
      to = gesso_tiles_edit (self, i, j) + offset_in_tile (&part, i, j, n_channels);
      for (int y = 0; y < part.height; y++)
        memcpy (to + (gsize) y * SIZE * n_channels, from + y * stride, n_row_bytes);
    }
}

static void
fill_part (guint8 *tile, const GdkRectangle *part, int i, int j, const guint8 *pixel, guint n_channels)
{
  guint8 *to = tile + offset_in_tile (part, i, j, n_channels);

  for (int y = 0; y < part->height; y++)
    for (int x = 0; x < part->width; x++)
      memcpy (to + ((gsize) y * SIZE + x) * n_channels, pixel, n_channels);
}

void
gesso_tiles_fill (GessoTiles *self, const GdkRectangle *area, const guint8 *pixel)
{
  guint n_channels = gesso_tiles_get_n_channels (self);
  gboolean zero = is_zero (pixel, n_channels), have_whole = FALSE;
  int whole_i = 0, whole_j = 0;
  GdkRectangle inside, part;

  if (!clip_area (area, &inside))
    return;

  FOR_TILES (&inside, i, j, part)
    {
      gboolean is_whole = part.width == SIZE && part.height == SIZE;

      if (zero && (is_whole || gesso_tiles_peek (self, i, j) == NULL))
        gesso_tiles_share (self, i, j, NULL, 0, 0);
      else if (is_whole && have_whole)
        gesso_tiles_share (self, i, j, self, whole_i, whole_j);
      else
        {
          /* A whole one need not be copied before it is overwritten. */
          if (is_whole)
            gesso_tiles_share (self, i, j, NULL, 0, 0);
          fill_part (gesso_tiles_edit (self, i, j), &part, i, j, pixel, n_channels);
          if (is_whole)
            {
              have_whole = TRUE;
              whole_i = i;
              whole_j = j;
            }
        }
    }
}

/* ---- Bounds and equality -------------------------------------------------------------------- */

typedef struct
{
  guint n_channels;
  int   left, top, right, bottom; /* the last two exclusive */
} Bounds;

static void
add_tile_bounds (int i, int j, const guint8 *pixels, gpointer data)
{
  Bounds *b = data;
  gsize row = (gsize) SIZE * b->n_channels;

  /* Only tiles that may widen the bounds are looked into. */
  if (i * SIZE >= b->left && (i + 1) * SIZE <= b->right && j * SIZE >= b->top &&
      (j + 1) * SIZE <= b->bottom)
    return;

  for (int y = 0; y < SIZE; y++)
    {
      const guint8 *line = pixels + (gsize) y * row;
      int first = 0, last = (int) row - 1;

      while (first < (int) row && line[first] == 0)
        first++;
      if (first == (int) row)
        continue;
      while (line[last] == 0)
        last--;
      b->left = MIN (b->left, i * SIZE + first / (int) b->n_channels);
      b->right = MAX (b->right, i * SIZE + last / (int) b->n_channels + 1);
      b->top = MIN (b->top, j * SIZE + y);
      b->bottom = MAX (b->bottom, j * SIZE + y + 1);
    }
}

gboolean
gesso_tiles_get_bounds (const GessoTiles *self, GdkRectangle *bounds)
{
  Bounds b = { gesso_tiles_get_n_channels (self), G_MAXINT, G_MAXINT, G_MININT, G_MININT };

  gesso_tiles_foreach (self, add_tile_bounds, &b);
  *bounds = (GdkRectangle) { 0 };
  if (b.right > b.left)
    *bounds = (GdkRectangle) { b.left, b.top, b.right - b.left, b.bottom - b.top };

  return b.right > b.left;
}

typedef struct
{
  gsize    tile_bytes;
  gboolean equal;
} Comparison;

static void
compare_tiles (int i, int j, const guint8 *a, const guint8 *b, gpointer data)
{
  Comparison *comparison = data;

  if (!comparison->equal)
    return;
  if (a && b)
    comparison->equal = memcmp (a, b, comparison->tile_bytes) == 0;
  else
    comparison->equal = is_zero (a ? a : b, comparison->tile_bytes);
}

gboolean
gesso_tiles_equal (const GessoTiles *a, const GessoTiles *b)
{
  guint n_channels = gesso_tiles_get_n_channels (a);
  Comparison comparison = { (gsize) SIZE * SIZE * n_channels, TRUE };

  if (gesso_tiles_get_n_channels (b) != n_channels)
    return FALSE;
  gesso_tiles_diff (a, b, compare_tiles, &comparison);

  return comparison.equal;
}

/* ---- Tidying -------------------------------------------------------------------------------- */

typedef struct
{
  gsize   tile_bytes;
  GArray *empty; /* of int pairs: tiles to remove                */
  GArray *same;  /* of int pairs: tiles to share with before     */
} Tidying;

/* Whether all of a tile is like the other one, or zero if that is NULL. A stroke's edge may cross it
 * anywhere, so the rows come in an order that jumps, the middle first: what differs is found early. */
static gboolean
is_like (const guint8 *tile, const guint8 *other, gsize n_bytes)
{
  gsize n_row = n_bytes / SIZE;

  for (gsize k = 0; k < SIZE; k++)
    {
      gsize at = (SIZE / 2 + k * 27) % SIZE * n_row;

      if (other ? memcmp (tile + at, other + at, n_row) != 0 : !is_zero (tile + at, n_row))
        return FALSE;
    }

  return TRUE;
}

static void
look_at_change (int i, int j, const guint8 *now, const guint8 *before, gpointer data)
{
  const int place[2] = { i, j };
  Tidying *tidying = data;

  if (now && is_like (now, NULL, tidying->tile_bytes))
    g_array_append_val (tidying->empty, place);
  else if (now && before && is_like (now, before, tidying->tile_bytes))
    g_array_append_val (tidying->same, place);
}

void
gesso_tiles_tidy (GessoTiles *self, const GessoTiles *before)
{
  g_autoptr (GArray) empty = g_array_new (FALSE, FALSE, 2 * sizeof (int));
  g_autoptr (GArray) same = g_array_new (FALSE, FALSE, 2 * sizeof (int));
  Tidying tidying = { (gsize) SIZE * SIZE * gesso_tiles_get_n_channels (self), empty, same };

  gesso_tiles_diff (self, before, look_at_change, &tidying);
  for (guint k = 0; k < empty->len; k++)
    {
      const int *place = &g_array_index (empty, int, 2 * k);

      gesso_tiles_share (self, place[0], place[1], NULL, 0, 0);
    }
  for (guint k = 0; k < same->len; k++)
    {
      const int *place = &g_array_index (same, int, 2 * k);

      gesso_tiles_share (self, place[0], place[1], before, place[0], place[1]);
    }
}

/* ---- Whole planes --------------------------------------------------------------------------- */

typedef struct
{
  const GessoTiles *from;
  GessoTiles       *to;
  GHashTable       *made; /* pixels of from -> address of an int pair in to: shared ones stay so */
  guint             n_channels;
  gboolean          across, down, turn;
  int               dx, dy;
} Transform;

/* Where a pixel of a tile comes from in the tile before. */
static gsize
source_of (const Transform *t, int x, int y)
{
  if (t->turn)
    return (gsize) (SIZE - 1 - x) * SIZE + (gsize) y;
  return (gsize) (t->down ? SIZE - 1 - y : y) * SIZE + (gsize) (t->across ? SIZE - 1 - x : x);
}

static void
transform_tile (int i, int j, const guint8 *pixels, gpointer data)
{
  Transform *t = data;
  int k = t->turn ? -1 - j : t->across ? -1 - i : i;
  int l = t->turn ? i : t->down ? -1 - j : j;
  int *made = g_hash_table_lookup (t->made, pixels);
  guint8 *out;

  if (made)
    {
      gesso_tiles_share (t->to, k, l, t->to, made[0], made[1]);
      return;
    }
  out = gesso_tiles_edit (t->to, k, l);
  if (out == NULL)
    return;
  for (int y = 0; y < SIZE; y++)
    for (int x = 0; x < SIZE; x++, out += t->n_channels)
      memcpy (out, pixels + source_of (t, x, y) * t->n_channels, t->n_channels);
  made = g_new (int, 2);
  made[0] = k;
  made[1] = l;
  g_hash_table_insert (t->made, (gpointer) pixels, made);
}

static GessoTiles *
transform (const GessoTiles *self, gboolean across, gboolean down, gboolean turn)
{
  g_autoptr (GHashTable) made = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  Transform t = { self, NULL, made, gesso_tiles_get_n_channels (self), across, down, turn, 0, 0 };

  t.to = gesso_tiles_new (t.n_channels);
  gesso_tiles_foreach (self, transform_tile, &t);

  return t.to;
}

GessoTiles *
gesso_tiles_mirror (const GessoTiles *self, gboolean across, gboolean down)
{
  return transform (self, across, down, FALSE);
}

GessoTiles *
gesso_tiles_turn_right (const GessoTiles *self)
{
  return transform (self, FALSE, FALSE, TRUE);
}

static void
translate_tile (int i, int j, const guint8 *pixels, gpointer data)
{
  Transform *t = data;
  gint64 x = (gint64) i * SIZE + t->dx, y = (gint64) j * SIZE + t->dy;
  GdkRectangle area = { 0, 0, SIZE, SIZE };

  if (ABS (x) > GESSO_TILES_REACH || ABS (y) > GESSO_TILES_REACH)
    return;
  area.x = (int) x;
  area.y = (int) y;
  if (t->dx % SIZE == 0 && t->dy % SIZE == 0)
    gesso_tiles_share (t->to, gesso_tile_of (area.x), gesso_tile_of (area.y), t->from, i, j);
  else
    gesso_tiles_write (t->to, &area, pixels, (gsize) SIZE * t->n_channels);
}

GessoTiles *
gesso_tiles_translate (const GessoTiles *self, int dx, int dy)
{
  Transform t = { self, NULL, NULL, gesso_tiles_get_n_channels (self), FALSE, FALSE, FALSE, dx, dy };

  t.to = gesso_tiles_new (t.n_channels);
  gesso_tiles_foreach (self, translate_tile, &t);

  return t.to;
}
