/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Layers are laid over each other from the bottom up, tile by tile: a tile that a layer does not
 * have costs nothing.
 */
#include "config.h"

#include "gesso-composite.h"

#include <math.h>
#include <string.h>

#define SIZE GESSO_TILE_SIZE
#define TILE_STRIDE ((gsize) SIZE * 4)

static gboolean
is_shown (const GessoLayerState *layer)
{
  return layer->visible && layer->kind != GESSO_LAYER_MASK && layer->opacity > 0;
}

static gboolean
is_seen (const GessoLayerState *layer)
{
  return is_shown (layer) && layer->control == NULL;
}

static guint8
get_opacity (const GessoLayerState *layer)
{
  return (guint8) lrint (CLAMP (layer->opacity, 0, 1) * 255);
}

/* One layer's part of the area: rows of each of its tiles that meet it. */
static void
composite_layer (const GessoLayerState *layer,
                 const GdkRectangle    *area,
                 guint8                *pixels,
                 gsize                  stride)
{
  guint8 opacity = get_opacity (layer);
  const GdkRectangle inside = { area->x - layer->x, area->y - layer->y, area->width, area->height };

  for (int j = gesso_tile_of (inside.y); j <= gesso_tile_of (inside.y + inside.height - 1); j++)
    for (int i = gesso_tile_of (inside.x); i <= gesso_tile_of (inside.x + inside.width - 1); i++)
      {
        const GdkRectangle place = { i * SIZE, j * SIZE, SIZE, SIZE };
        const guint8 *tile = gesso_tiles_peek (layer->tiles, i, j);
        GdkRectangle part;

        if (tile == NULL || !gdk_rectangle_intersect (&inside, &place, &part))
          continue;
        for (int y = part.y; y < part.y + part.height; y++)
          gesso_blend_pixels (layer->blend,
                              pixels + (gsize) (y - inside.y) * stride +
                                  (gsize) (part.x - inside.x) * 4,
                              tile + (gsize) (y - place.y) * TILE_STRIDE +
                                  (gsize) (part.x - place.x) * 4,
                              (gsize) part.width, opacity);
      }
}

static void
composite (GessoLayerState *const *layers,
           guint                   n_layers,
           const GdkRectangle     *area,
           guint8                 *pixels,
           gsize                   stride,
           gboolean (*counts) (const GessoLayerState *layer))
{
  if (area->width <= 0 || area->height <= 0)
    return;

  for (int y = 0; y < area->height; y++)
    memset (pixels + (gsize) y * stride, 0, (gsize) area->width * 4);
  for (guint k = n_layers; k > 0; k--)
    if (counts (layers[k - 1]))
      composite_layer (layers[k - 1], area, pixels, stride);
}

void
gesso_composite (GessoLayerState *const *layers,
                 guint                   n_layers,
                 const GdkRectangle     *area,
                 guint8                 *pixels,
                 gsize                   stride)
{
  composite (layers, n_layers, area, pixels, stride, is_seen);
}

void
gesso_composite_shown (GessoLayerState *const *layers,
                       guint                   n_layers,
                       const GdkRectangle     *area,
                       guint8                 *pixels,
                       gsize                   stride)
{
  composite (layers, n_layers, area, pixels, stride, is_shown);
}

/* ---- Into tiles ----------------------------------------------------------------------------- */

static gboolean
has_pixels (const GessoLayerState *layer, const GdkRectangle *area)
{
  for (int j = gesso_tile_of (area->y - layer->y);
       j <= gesso_tile_of (area->y - layer->y + area->height - 1); j++)
    for (int i = gesso_tile_of (area->x - layer->x);
         i <= gesso_tile_of (area->x - layer->x + area->width - 1); i++)
      if (gesso_tiles_peek (layer->tiles, i, j))
        return TRUE;

  return FALSE;
}

/* A plain layer laid over nothing is itself. */
static gboolean
is_plain (const GessoLayerState *layer)
{
  return get_opacity (layer) == 255 && layer->blend != GESSO_BLEND_ADD;
}

static void
composite_tile (const GessoSnapshot *snapshot,
                const GdkRectangle  *area,
                int                  i,
                int                  j,
                GessoTiles          *out)
{
  const GdkRectangle tile = { area->x + i * SIZE, area->y + j * SIZE,
                              MIN (SIZE, area->width - i * SIZE),
                              MIN (SIZE, area->height - j * SIZE) };
  const GdkRectangle place = { i * SIZE, j * SIZE, tile.width, tile.height };
  const GessoLayerState *only = NULL;
  guint n_with_pixels = 0;
  guint8 pixels[SIZE * SIZE * 4];

  for (guint k = 0; k < snapshot->layers->len; k++)
    {
      const GessoLayerState *layer = g_ptr_array_index (snapshot->layers, k);

      if (is_seen (layer) && has_pixels (layer, &tile))
        {
          only = layer;
          n_with_pixels++;
        }
    }

  if (n_with_pixels == 0)
    return;
  if (n_with_pixels == 1 && is_plain (only) && tile.width == SIZE && tile.height == SIZE &&
      (tile.x - only->x) % SIZE == 0 && (tile.y - only->y) % SIZE == 0)
    {
      gesso_tiles_share (out, i, j, only->tiles, gesso_tile_of (tile.x - only->x),
                         gesso_tile_of (tile.y - only->y));
      return;
    }
  gesso_composite ((GessoLayerState *const *) snapshot->layers->pdata, snapshot->layers->len, &tile,
                   pixels, TILE_STRIDE);
  gesso_tiles_write (out, &place, pixels, TILE_STRIDE);
}

GessoTiles *
gesso_composite_tiles (const GessoSnapshot *snapshot, const GdkRectangle *area)
{
  GessoTiles *out = gesso_tiles_new (4);

  for (int j = 0; j * SIZE < area->height; j++)
    for (int i = 0; i * SIZE < area->width; i++)
      composite_tile (snapshot, area, i, j, out);

  return out;
}

void
gesso_composite_pick (GessoLayerState *const *layers, guint n_layers, int x, int y, guint8 *rgba)
{
  const GdkRectangle area = { x, y, 1, 1 };

  gesso_composite_shown (layers, n_layers, &area, rgba, 4);
  gesso_unpremultiply (rgba, 1);
}
