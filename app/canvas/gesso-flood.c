/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spans on a stack: each is a run of pixels of a row whose neighbours above and below are still to
 * be looked at. */
#include "config.h"

#include "gesso-flood.h"

#include "document/gesso-composite.h"
#include "gesso-coverage.h"

#include <stdlib.h>
#include <string.h>

#define SIZE GESSO_TILE_SIZE

typedef struct
{
  const GessoSnapshot *snapshot;
  int                  width, height, n_columns;
  guint8             **tiles; /* flattened, made when first looked at */
  GessoTiles          *found;
  guint8               seed[4];
  int                  tolerance;
} Flood;

static const guint8 *
get_pixel (Flood *self, int x, int y)
{
  int i = x / SIZE, j = y / SIZE;
  guint8 **tile = &self->tiles[j * self->n_columns + i];

  if (*tile == NULL)
    {
      const GdkRectangle area = { i * SIZE, j * SIZE, SIZE, SIZE };

      *tile = g_malloc (SIZE * SIZE * 4);
      gesso_composite ((GessoLayerState *const *) self->snapshot->layers->pdata,
                       self->snapshot->layers->len, &area, *tile, SIZE * 4);
    }

  return *tile + ((gsize) (y % SIZE) * SIZE + (gsize) (x % SIZE)) * 4;
}

static gboolean
is_found (Flood *self, int x, int y)
{
  const guint8 *tile = gesso_tiles_peek (self->found, x / SIZE, y / SIZE);

  return tile && tile[(y % SIZE) * SIZE + x % SIZE];
}

static gboolean
is_wanted (Flood *self, int x, int y)
{
  const guint8 *pixel;

  if (x < 0 || y < 0 || x >= self->width || y >= self->height || is_found (self, x, y))
    return FALSE;

  pixel = get_pixel (self, x, y);
  for (int c = 0; c < 4; c++)
    if (abs (pixel[c] - self->seed[c]) > self->tolerance)
      return FALSE;

  return TRUE;
}

typedef struct
{
  int x1, x2, y; /* x2 exclusive */
} Span;

/* The run round x, marked. */
static Span
take_span (Flood *self, int x, int y)
{
  Span span = { x, x + 1, y };

  while (is_wanted (self, span.x1 - 1, y))
    span.x1--;
  while (is_wanted (self, span.x2, y))
    span.x2++;
  for (int k = span.x1; k < span.x2;)
    {
      int n = MIN (span.x2, (k / SIZE + 1) * SIZE) - k;

      memset (gesso_tiles_edit (self->found, k / SIZE, y / SIZE) + (y % SIZE) * SIZE + k % SIZE, 255,
              (gsize) n);
      k += n;
    }

  return span;
}

static void
flood (Flood *self, int x, int y)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Span));
  Span span = take_span (self, x, y);

  g_array_append_val (stack, span);
  while (stack->len > 0)
    {
      Span from = g_array_index (stack, Span, stack->len - 1);

      g_array_set_size (stack, stack->len - 1);
      for (int dy = -1; dy <= 1; dy += 2)
        for (int k = from.x1; k < from.x2; k++)
          if (is_wanted (self, k, from.y + dy))
            {
              span = take_span (self, k, from.y + dy);
              g_array_append_val (stack, span);
              k = span.x2;
            }
    }
}

GessoTiles *
gesso_flood (const GessoSnapshot *snapshot, int x, int y, guint tolerance)
{
  Flood self = { .snapshot = snapshot, .tolerance = (int) tolerance };
  int n_rows;

  self.width = (int) snapshot->width;
  self.height = (int) snapshot->height;
  if (x < 0 || y < 0 || x >= self.width || y >= self.height)
    return NULL;

  self.n_columns = (self.width + SIZE - 1) / SIZE;
  n_rows = (self.height + SIZE - 1) / SIZE;
  self.tiles = g_new0 (guint8 *, (gsize) self.n_columns * n_rows);
  self.found = gesso_tiles_new (1);
  memcpy (self.seed, get_pixel (&self, x, y), 4);
  flood (&self, x, y);

  for (int k = 0; k < self.n_columns * n_rows; k++)
    g_free (self.tiles[k]);
  g_free (self.tiles);

  return self.found;
}

/* ---- Laying colour -------------------------------------------------------------------------- */

static void
lay_tile (GessoTiles *tiles, int i, int j, const guint8 *coverage, const guint8 *color)
{
  guint8 *pixels = gesso_tiles_edit (tiles, i, j);

  if (pixels == NULL)
    return;
  if (gesso_tiles_get_n_channels (tiles) == 4)
    gesso_coverage_lay_4 (pixels, coverage, color, pixels, SIZE * SIZE);
  else
    gesso_coverage_lay_1 (pixels, coverage, 255, pixels, SIZE * SIZE);
}

void
gesso_flood_paint (GessoTiles       *tiles,
                   int               x,
                   int               y,
                   const GessoTiles *coverage,
                   const GessoTiles *selection,
                   const guint8     *rgba)
{
  const guint8 color[4] = { rgba[0], rgba[1], rgba[2], 255 };
  GdkRectangle area, inside;

  if (!gesso_tiles_get_bounds (coverage, &area))
    return;

  inside = (GdkRectangle) { area.x - x, area.y - y, area.width, area.height };
  for (int j = gesso_tile_of (inside.y); j <= gesso_tile_of (inside.y + inside.height - 1); j++)
    for (int i = gesso_tile_of (inside.x); i <= gesso_tile_of (inside.x + inside.width - 1); i++)
      {
        const GdkRectangle seen = { i * SIZE + x, j * SIZE + y, SIZE, SIZE };
        guint8 covered[SIZE * SIZE], selected[SIZE * SIZE];

        gesso_tiles_read (coverage, &seen, covered, SIZE);
        if (selection)
          gesso_tiles_read (selection, &seen, selected, SIZE);
        gesso_coverage_multiply (covered, rgba[3], selection ? selected : NULL, SIZE * SIZE);
        lay_tile (tiles, i, j, covered, color);
      }
}

gboolean
gesso_flood_lay (GessoPainting    *painting,
                 GessoLayer       *layer,
                 const char       *name,
                 const GessoTiles *coverage,
                 const guint8     *rgba,
                 GError          **error)
{
  GdkRectangle area;
  GessoTiles *tiles;
  int x, y;

  gesso_painting_begin (painting, name);
  tiles = gesso_painting_edit (painting, layer, error);
  if (tiles && gesso_tiles_get_bounds (coverage, &area))
    {
      gesso_layer_get_offset (layer, &x, &y);
      gesso_flood_paint (tiles, x, y, coverage, gesso_painting_get_selection (painting), rgba);
      gesso_painting_damage (painting, &area);
    }
  gesso_painting_end (painting);

  return tiles != NULL;
}
