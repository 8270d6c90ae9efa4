/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Operations on one layer's pixels. They go tile by tile over the part of the picture that the
 * selection may touch, with each pixel's coverage from it: 255 everywhere without a selection.
 */
#include "config.h"

#include "gesso-painting-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define SIZE GESSO_TILE_SIZE

/* One row of pixels of a layer: n of them from x, y in the picture. */
typedef void (*RowFunc) (guint8       *pixels,
                         const guint8 *coverage,
                         int           x,
                         int           y,
                         int           n,
                         gpointer      data);

/* Where the selection lets something happen within area; FALSE: nowhere. */
static gboolean
get_reach (GessoPainting *self, const GdkRectangle *area, GdkRectangle *reach)
{
  GdkRectangle selected;

  *reach = *area;
  if (self->selection == NULL)
    return area->width > 0 && area->height > 0;

  return gesso_tiles_get_bounds (self->selection, &selected) &&
         gdk_rectangle_intersect (&selected, area, reach);
}

/* Tiles that the layer does not have are made only if make. */
static void
change_rows (GessoPainting      *self,
             GessoLayer         *layer,
             const GdkRectangle *reach,
             gboolean            make,
             RowFunc             func,
             gpointer            data)
{
  GessoTiles *tiles = gesso_layer_edit_tiles (layer);
  guint n_channels = gesso_tiles_get_n_channels (tiles);
  const GessoLayerState *state = gesso_layer_get_state (layer);
  const GdkRectangle inside = { reach->x - state->x, reach->y - state->y, reach->width,
                                reach->height };
  guint8 coverage[SIZE * SIZE];

  memset (coverage, 255, sizeof (coverage));
  for (int j = gesso_tile_of (inside.y); j <= gesso_tile_of (inside.y + inside.height - 1); j++)
    for (int i = gesso_tile_of (inside.x); i <= gesso_tile_of (inside.x + inside.width - 1); i++)
      {
        const GdkRectangle tile = { i * SIZE, j * SIZE, SIZE, SIZE };
        GdkRectangle part, seen;
        guint8 *pixels;

        if ((!make && gesso_tiles_peek (tiles, i, j) == NULL) ||
            !gdk_rectangle_intersect (&inside, &tile, &part))
          continue;
        seen = (GdkRectangle) { part.x + state->x, part.y + state->y, part.width, part.height };
        if (self->selection)
          gesso_tiles_read (self->selection, &seen, coverage, SIZE);
        pixels = gesso_tiles_edit (tiles, i, j);
        for (int y = 0; pixels && y < part.height; y++)
          func (pixels + ((gsize) (part.y - tile.y + y) * SIZE + (gsize) (part.x - tile.x)) *
                             n_channels,
                coverage + (gsize) y * SIZE, seen.x, seen.y + y, part.width, data);
      }
}

static void
get_picture (GessoPainting *self, GdkRectangle *area)
{
  *area = (GdkRectangle) { 0, 0, (int) self->width, (int) self->height };
}

/* ---- Fill ----------------------------------------------------------------------------------- */

static void
fill_row (guint8 *pixels, const guint8 *coverage, int x, int y, int n, gpointer data)
{
  const guint8 *color = data;

  for (int i = 0; i < n; i++)
    gesso_blend_pixels (GESSO_BLEND_NORMAL, pixels + (gsize) i * 4, color, 1, coverage[i]);
}

/* From the old value towards the new one. */
static guint8
mix (guint8 from, guint8 to, guint8 coverage)
{
  return (guint8) ((from * (255 - coverage) + to * coverage + 127) / 255);
}

static void
fill_mask_row (guint8 *pixels, const guint8 *coverage, int x, int y, int n, gpointer data)
{
  for (int i = 0; i < n; i++)
    pixels[i] = mix (pixels[i], *(const guint8 *) data, coverage[i]);
}

gboolean
gesso_painting_fill_layer (GessoPainting *self,
                           GessoLayer    *layer,
                           const guint8  *rgba,
                           GError       **error)
{
  guint8 color[4] = { rgba[0], rgba[1], rgba[2], rgba[3] };
  GessoSnapshot *before;
  GdkRectangle picture, reach;
  gboolean is_mask;

  if (!gesso_painting_check_layer (self, layer, error))
    return FALSE;

  get_picture (self, &picture);
  is_mask = gesso_layer_get_kind (layer) == GESSO_LAYER_MASK;
  gesso_premultiply (color, 1);
  before = gesso_painting_begin_operation (self, _("Fill"));
  if (get_reach (self, &picture, &reach))
    {
      if (self->selection == NULL && (is_mask || color[3] == 255))
        {
          const GessoLayerState *state = gesso_layer_get_state (layer);

          reach.x -= state->x;
          reach.y -= state->y;
          gesso_tiles_fill (gesso_layer_edit_tiles (layer), &reach, is_mask ? &color[3] : color);
        }
      else if (is_mask)
        change_rows (self, layer, &reach, color[3] > 0, fill_mask_row, &color[3]);
      else
        change_rows (self, layer, &reach, color[3] > 0, fill_row, color);
    }
  gesso_painting_end_operation (self, before);

  return TRUE;
}

/* ---- Clear ---------------------------------------------------------------------------------- */

static void
clear_row (guint8 *pixels, const guint8 *coverage, int x, int y, int n, gpointer data)
{
  guint n_channels = GPOINTER_TO_UINT (data);

  for (int i = 0; i < n; i++)
    for (guint c = 0; c < n_channels; c++, pixels++)
      *pixels = (guint8) gesso_multiply_8 (*pixels, 255u - coverage[i]);
}

static guint
get_n_channels (GessoLayer *layer)
{
  return gesso_tiles_get_n_channels (gesso_layer_get_tiles (layer));
}

static void
take_tiles (GessoLayer *layer, GessoTiles *tiles)
{
  GessoLayerState *state = gesso_layer_edit_state (layer);

  gesso_tiles_unref (state->tiles);
  state->tiles = tiles;
}

gboolean
gesso_painting_clear_layer (GessoPainting *self, GessoLayer *layer, GError **error)
{
  GessoSnapshot *before;
  GdkRectangle reach;

  if (!gesso_painting_check_layer (self, layer, error))
    return FALSE;

  before = gesso_painting_begin_operation (self, _("Clear"));
  if (self->selection == NULL)
    take_tiles (layer, gesso_tiles_new (get_n_channels (layer)));
  else if (gesso_tiles_get_bounds (self->selection, &reach))
    change_rows (self, layer, &reach, FALSE, clear_row, GUINT_TO_POINTER (get_n_channels (layer)));
  gesso_painting_end_operation (self, before);

  return TRUE;
}

/* ---- Paste ---------------------------------------------------------------------------------- */

typedef struct
{
  GdkRectangle  area;
  const guint8 *pixels;
  gsize         stride;
  guint         n_channels;
} Paste;

static void
paste_row (guint8 *pixels, const guint8 *coverage, int x, int y, int n, gpointer data)
{
  const Paste *paste = data;
  const guint8 *from = paste->pixels + (gsize) (y - paste->area.y) * paste->stride +
                       (gsize) (x - paste->area.x) * paste->n_channels;

  for (int i = 0; i < n; i++)
    for (guint c = 0; c < paste->n_channels; c++, pixels++, from++)
      *pixels = mix (*pixels, *from, coverage[i]);
}

gboolean
gesso_painting_paste (GessoPainting      *self,
                      GessoLayer         *layer,
                      const char         *name,
                      const GdkRectangle *area,
                      const guint8       *pixels,
                      gsize               stride,
                      GError            **error)
{
  Paste paste = { *area, pixels, stride, 0 };
  GessoSnapshot *before;
  GdkRectangle reach;

  if (!gesso_painting_check_layer (self, layer, error))
    return FALSE;

  paste.n_channels = get_n_channels (layer);
  before = gesso_painting_begin_operation (self, name);
  if (get_reach (self, area, &reach))
    change_rows (self, layer, &reach, TRUE, paste_row, &paste);
  gesso_painting_end_operation (self, before);

  return TRUE;
}

/* ---- Move ----------------------------------------------------------------------------------- */

typedef struct
{
  GessoTiles *tiles;  /* of the layer, its own coordinates */
  int         x, y;   /* the layer's offset                */
} Lift;

/* What is selected, taken out and kept. */
static void
lift_row (guint8 *pixels, const guint8 *coverage, int x, int y, int n, gpointer data)
{
  Lift *lift = data;
  guint n_channels = gesso_tiles_get_n_channels (lift->tiles);
  const GdkRectangle area = { x - lift->x, y - lift->y, n, 1 };
  guint8 lifted[SIZE * 4];

  for (int i = 0; i < n; i++)
    for (guint c = 0; c < n_channels; c++)
      {
        guint8 *pixel = &pixels[(gsize) i * n_channels + c];

        lifted[(gsize) i * n_channels + c] = (guint8) gesso_multiply_8 (*pixel, coverage[i]);
        *pixel = (guint8) (*pixel - lifted[(gsize) i * n_channels + c]);
      }
  gesso_tiles_write (lift->tiles, &area, lifted, (gsize) n * n_channels);
}

static void
drop_tile (int i, int j, const guint8 *pixels, gpointer data)
{
  Lift *lift = data;
  guint n_channels = gesso_tiles_get_n_channels (lift->tiles);
  guint8 *below = gesso_tiles_edit (lift->tiles, i, j);

  if (below == NULL)
    return;
  if (n_channels == 4)
    gesso_blend_pixels (GESSO_BLEND_NORMAL, below, pixels, SIZE * SIZE, 255);
  else
    for (guint k = 0; k < SIZE * SIZE; k++)
      below[k] = MAX (below[k], pixels[k]);
}

static void
move_selected (GessoPainting *self, GessoLayer *layer, int dx, int dy)
{
  const GessoLayerState *state = gesso_layer_get_state (layer);
  g_autoptr (GessoTiles) lifted = gesso_tiles_new (get_n_channels (layer));
  g_autoptr (GessoTiles) moved = NULL;
  g_autoptr (GessoTiles) selection = gesso_tiles_translate (self->selection, dx, dy);
  Lift lift = { lifted, state->x, state->y }, drop = { 0 };
  GdkRectangle reach;

  if (gesso_tiles_get_bounds (self->selection, &reach))
    change_rows (self, layer, &reach, FALSE, lift_row, &lift);
  moved = gesso_tiles_translate (lifted, dx, dy);
  drop.tiles = gesso_layer_edit_tiles (layer);
  gesso_tiles_foreach (moved, drop_tile, &drop);
  gesso_painting_take_selection (self, selection);
}

gboolean
gesso_painting_move_layer (GessoPainting *self, GessoLayer *layer, int dx, int dy, GError **error)
{
  GessoSnapshot *before;

  if (!gesso_painting_check_layer (self, layer, error))
    return FALSE;

  dx = CLAMP (dx, -GESSO_MAX_SIZE, GESSO_MAX_SIZE);
  dy = CLAMP (dy, -GESSO_MAX_SIZE, GESSO_MAX_SIZE);
  before = gesso_painting_begin_operation (self, _("Move"));
  if (self->selection)
    move_selected (self, layer, dx, dy);
  else
    {
      g_autoptr (GessoLayerState) state =
          gesso_layer_state_make_writable (gesso_layer_dup_state (layer));

      state->x = CLAMP (state->x + dx, -GESSO_TILES_REACH, GESSO_TILES_REACH);
      state->y = CLAMP (state->y + dy, -GESSO_TILES_REACH, GESSO_TILES_REACH);
      gesso_layer_take_state (layer, state);
    }
  gesso_painting_end_operation (self, before);

  return TRUE;
}
