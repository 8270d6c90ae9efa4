/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making selections: rectangles, lassos, and joining one to another. */
#include "config.h"

#include "gesso-selection.h"

#include <math.h>
#include <string.h>

#define SIZE GESSO_TILE_SIZE

GessoTiles *
gesso_selection_new_rectangle (const GdkRectangle *area)
{
  GessoTiles *tiles = gesso_tiles_new (1);
  const guint8 all = 255;

  gesso_tiles_fill (tiles, area, &all);
  return tiles;
}

/* ---- Lasso ---------------------------------------------------------------------------------- */

/* Lines a pixel row is sampled on; along a line the covered length is exact. */
#define N_LINES 16

static int
compare_floats (gconstpointer a, gconstpointer b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

/* Where the outline crosses the line, from left to right. */
static void
find_crossings (const graphene_point_t *points, guint n_points, float y, GArray *crossings)
{
  g_array_set_size (crossings, 0);
  for (guint i = 0; i < n_points; i++)
    {
      const graphene_point_t *a = &points[i], *b = &points[(i + 1) % n_points];

      if ((a->y <= y) != (b->y <= y))
        {
          float x = a->x + (y - a->y) / (b->y - a->y) * (b->x - a->x);

          g_array_append_val (crossings, x);
        }
    }
  g_array_sort (crossings, compare_floats);
}

/* Adds how much of each pixel lies between left and right, both from the row's start. */
static void
add_span (float *row, int width, float left, float right)
{
  int first, last;

  left = CLAMP (left, 0, (float) width);
  right = CLAMP (right, 0, (float) width);
  if (!(right > left))
    return;

  first = (int) left;
  last = MIN ((int) right, width - 1);
  if (first == last)
    {
      row[first] += right - left;
      return;
    }
  row[first] += (float) (first + 1) - left;
  for (int x = first + 1; x < last; x++)
    row[x] += 1;
  row[last] += right - (float) last;
}

static gboolean
get_polygon_area (const graphene_point_t *points,
                  guint                   n_points,
                  const GdkRectangle     *bounds,
                  GdkRectangle           *area)
{
  float left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;
  GdkRectangle box;

  for (guint i = 0; i < n_points; i++)
    {
      if (!isfinite (points[i].x) || !isfinite (points[i].y))
        return FALSE;
      left = MIN (left, points[i].x);
      right = MAX (right, points[i].x);
      top = MIN (top, points[i].y);
      bottom = MAX (bottom, points[i].y);
    }
  left = CLAMP (floorf (left), -GESSO_TILES_REACH, GESSO_TILES_REACH);
  top = CLAMP (floorf (top), -GESSO_TILES_REACH, GESSO_TILES_REACH);
  right = CLAMP (ceilf (right), -GESSO_TILES_REACH, GESSO_TILES_REACH);
  bottom = CLAMP (ceilf (bottom), -GESSO_TILES_REACH, GESSO_TILES_REACH);
  box = (GdkRectangle) { (int) left, (int) top, (int) (right - left), (int) (bottom - top) };

  return n_points >= 3 && gdk_rectangle_intersect (&box, bounds, area);
}

GessoTiles *
gesso_selection_new_polygon (const graphene_point_t *points,
                             guint                   n_points,
                             const GdkRectangle     *bounds)
{
  GessoTiles *tiles = gesso_tiles_new (1);
  g_autoptr (GArray) crossings = g_array_new (FALSE, FALSE, sizeof (float));
  g_autofree float *row = NULL;
  g_autofree guint8 *band = NULL;
  GdkRectangle area;

  if (!get_polygon_area (points, n_points, bounds, &area))
    return tiles;

  row = g_new (float, (gsize) area.width);
  band = g_malloc ((gsize) area.width * SIZE);
  for (int y = 0; y < area.height; y++)
    {
      GdkRectangle written = { area.x, area.y + y - y % SIZE, area.width, y % SIZE + 1 };

      memset (row, 0, sizeof (float) * (gsize) area.width);
      for (int line = 0; line < N_LINES; line++)
        {
          find_crossings (points, n_points,
                          (float) (area.y + y) + ((float) line + 0.5f) / N_LINES, crossings);
          for (guint k = 0; k + 1 < crossings->len; k += 2)
            add_span (row, area.width, g_array_index (crossings, float, k) - (float) area.x,
                      g_array_index (crossings, float, k + 1) - (float) area.x);
        }
      for (int x = 0; x < area.width; x++)
        band[(gsize) (y % SIZE) * (gsize) area.width + (gsize) x] =
            (guint8) CLAMP (lrintf (row[x] * 255 / N_LINES), 0, 255);
      if (y % SIZE == SIZE - 1 || y == area.height - 1)
        gesso_tiles_write (tiles, &written, band, (gsize) area.width);
    }

  return tiles;
}

/* ---- Joining -------------------------------------------------------------------------------- */

static guint8
combine_values (guint8 old, guint8 shape, GessoCombine how)
{
  switch (how)
    {
    case GESSO_COMBINE_ADD:
      return MAX (old, shape);
    case GESSO_COMBINE_SUBTRACT:
      return (guint8) gesso_multiply_8 (old, 255u - shape);
    case GESSO_COMBINE_INTERSECT:
      return MIN (old, shape);
    case GESSO_COMBINE_REPLACE:
    default:
      return shape;
    }
}

GessoTiles *
gesso_selection_combine (const GessoTiles   *old,
                         const GessoTiles   *shape,
                         GessoCombine        how,
                         const GdkRectangle *bounds)
{
  g_autoptr (GessoTiles) everything = NULL;
  GessoTiles *out;
  GdkRectangle row = *bounds;
  g_autofree guint8 *above = NULL;
  g_autofree guint8 *below = NULL;

  if (how == GESSO_COMBINE_REPLACE || (old == NULL && how == GESSO_COMBINE_ADD))
    return gesso_tiles_copy (shape);
  if (old == NULL)
    old = everything = gesso_selection_new_rectangle (bounds);

  out = gesso_tiles_new (1);
  above = g_malloc ((gsize) bounds->width * SIZE);
  below = g_malloc ((gsize) bounds->width * SIZE);
  for (int y = 0; y < bounds->height; y += SIZE)
    {
      row.y = bounds->y + y;
      row.height = MIN (SIZE, bounds->height - y);
      gesso_tiles_read (old, &row, below, (gsize) row.width);
      gesso_tiles_read (shape, &row, above, (gsize) row.width);
      for (gsize i = 0; i < (gsize) row.width * (gsize) row.height; i++)
        below[i] = combine_values (below[i], above[i], how);
      gesso_tiles_write (out, &row, below, (gsize) row.width);
    }

  return out;
}

/* ---- Layers --------------------------------------------------------------------------------- */

static void
add_alpha (int i, int j, const guint8 *pixels, gpointer data)
{
  guint8 *alpha = gesso_tiles_edit (data, i, j);

  for (guint k = 0; k < SIZE * SIZE; k++)
    alpha[k] = pixels[4 * k + 3];
}

GessoTiles *
gesso_selection_from_layer (GessoLayer *layer)
{
  g_autoptr (GessoTiles) alpha = NULL;
  GessoTiles *tiles = gesso_layer_get_tiles (layer);
  int x, y;

  gesso_layer_get_offset (layer, &x, &y);
  if (gesso_tiles_get_n_channels (tiles) == 4)
    {
      alpha = gesso_tiles_new (1);
      gesso_tiles_foreach (tiles, add_alpha, alpha);
      tiles = alpha;
    }

  return gesso_tiles_translate (tiles, x, y);
}

static void
add_difference (int i, int j, const guint8 *a, const guint8 *b, gpointer data)
{
  gpointer *context = data;

  gesso_tiles_share (context[0], i, j, context[1], i, j);
}

gboolean
gesso_selection_to_layer (GessoPainting    *painting,
                          const GessoTiles *selection,
                          GessoLayer       *mask,
                          const char       *name,
                          GError          **error)
{
  const GdkRectangle picture = { 0, 0, (int) gesso_painting_get_width (painting),
                                 (int) gesso_painting_get_height (painting) };
  g_autoptr (GessoTiles) everything = NULL;
  g_autoptr (GessoTiles) moved = NULL;
  GdkRectangle area;
  GessoTiles *tiles;
  int x, y;

  g_return_val_if_fail (gesso_layer_get_kind (mask) == GESSO_LAYER_MASK, FALSE);

  if (selection == NULL)
    selection = everything = gesso_selection_new_rectangle (&picture);
  gesso_layer_get_offset (mask, &x, &y);
  moved = gesso_tiles_translate (selection, -x, -y);

  gesso_painting_begin (painting, name);
  tiles = gesso_painting_edit (painting, mask, error);
  if (tiles && gesso_tiles_diff_area (tiles, moved, &area))
    {
      g_autoptr (GessoTiles) old = gesso_tiles_copy (tiles);
      gpointer context[2] = { tiles, moved };

      gesso_tiles_diff (old, moved, add_difference, context);
      area.x += x;
      area.y += y;
      gesso_painting_damage (painting, &area);
    }
  gesso_painting_end (painting);

  return tiles != NULL;
}
