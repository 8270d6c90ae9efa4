/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Moving and softening a selection's edge. These look at a neighbourhood of every pixel, so they
 * work on a flat buffer of what the result may touch: the selected area, wider by the radius.
 */
#include "config.h"

#include "gesso-selection.h"

#include <math.h>
#include <string.h>

#define SIZE GESSO_TILE_SIZE

typedef struct
{
  GdkRectangle area;
  guint8      *pixels;
} Flat;

/* The selection's own area, wider by margin and within bounds; FALSE if nothing is selected. */
static gboolean
flatten (const GessoTiles *self, guint margin, const GdkRectangle *bounds, Flat *flat)
{
  int wider = (int) MIN (margin, GESSO_MAX_SIZE);
  GdkRectangle area;

  if (!gesso_tiles_get_bounds (self, &area))
    return FALSE;
  area = (GdkRectangle) { area.x - wider, area.y - wider, area.width + 2 * wider,
                          area.height + 2 * wider };
  if (!gdk_rectangle_intersect (&area, bounds, &flat->area))
    return FALSE;

  flat->pixels = g_malloc ((gsize) flat->area.width * (gsize) flat->area.height);
  gesso_tiles_read (self, &flat->area, flat->pixels, (gsize) flat->area.width);
  return TRUE;
}

/* Frees the pixels. */
static GessoTiles *
to_tiles (Flat *flat)
{
  GessoTiles *tiles = gesso_tiles_new (1);

  gesso_tiles_write (tiles, &flat->area, flat->pixels, (gsize) flat->area.width);
  g_free (flat->pixels);
  return tiles;
}

/* ---- Invert --------------------------------------------------------------------------------- */

GessoTiles *
gesso_selection_invert (const GessoTiles *self, const GdkRectangle *bounds)
{
  GessoTiles *out = gesso_tiles_new (1);
  const guint8 all = 255;

  gesso_tiles_fill (out, bounds, &all);
  for (int j = gesso_tile_of (bounds->y); j <= gesso_tile_of (bounds->y + bounds->height - 1); j++)
    for (int i = gesso_tile_of (bounds->x); i <= gesso_tile_of (bounds->x + bounds->width - 1); i++)
      {
        const guint8 *old = gesso_tiles_peek (self, i, j);
        guint8 *pixels = old ? gesso_tiles_edit (out, i, j) : NULL;

        /* Beyond bounds out is 0 and stays so. */
        for (guint k = 0; pixels && k < SIZE * SIZE; k++)
          pixels[k] = (guint8) (pixels[k] - MIN (pixels[k], old[k]));
      }
  gesso_tiles_tidy (out, NULL);

  return out;
}

/* ---- Grow ----------------------------------------------------------------------------------- */

/* The greatest of 2 * reach + 1 values round each place, by van Herk's and Gil-Werman's running
 * maxima: three comparisons a value whatever the reach. scratch holds 2 * (n + 2 reach) bytes. */
static void
running_maximum (const guint8 *in, guint8 *out, int n, int reach, guint8 *scratch)
{
  int window = 2 * reach + 1, padded = n + 2 * reach;
  guint8 *forward = scratch, *backward = scratch + padded;

  for (int i = 0; i < padded; i++)
    {
      int at = i - reach;
      guint8 value = at >= 0 && at < n ? in[at] : 0;

      backward[i] = value;
      forward[i] = i % window == 0 ? value : MAX (forward[i - 1], value);
    }
  for (int i = padded - 2; i >= 0; i--)
    if (i % window != window - 1)
      backward[i] = MAX (backward[i], backward[i + 1]);
  for (int i = 0; i < n; i++)
    out[i] = MAX (out[i], MAX (backward[i], forward[i + window - 1]));
}

/* A disc is a stack of rows, each a running maximum of the row at that distance. */
static void
grow_flat (Flat *flat, int radius)
{
  int width = flat->area.width, height = flat->area.height;
  guint8 *out = g_malloc0 ((gsize) width * (gsize) height);
  g_autofree guint8 *scratch = g_malloc (2 * ((gsize) width + 2 * (gsize) radius));

  for (int dy = -radius; dy <= radius; dy++)
    {
      int reach = (int) sqrt ((radius + 0.5) * (radius + 0.5) - (double) dy * dy);

      for (int y = MAX (0, -dy); y < MIN (height, height - dy); y++)
        running_maximum (flat->pixels + (gsize) (y + dy) * (gsize) width,
                         out + (gsize) y * (gsize) width, width, reach, scratch);
    }
  g_free (flat->pixels);
  flat->pixels = out;
}

GessoTiles *
gesso_selection_grow (const GessoTiles *self, guint radius, const GdkRectangle *bounds)
{
  Flat flat;

  if (radius == 0)
    return gesso_tiles_copy (self);
  radius = MIN (radius, GESSO_MAX_SIZE);
  if (!flatten (self, radius, bounds, &flat))
    return gesso_tiles_new (1);

  grow_flat (&flat, (int) radius);
  return to_tiles (&flat);
}

/* What is not selected grows; beyond bounds nothing is unselected. */
GessoTiles *
gesso_selection_shrink (const GessoTiles *self, guint radius, const GdkRectangle *bounds)
{
  g_autoptr (GessoTiles) rest = gesso_selection_invert (self, bounds);
  g_autoptr (GessoTiles) grown = gesso_selection_grow (rest, radius, bounds);

  return gesso_selection_invert (grown, bounds);
}

/* ---- Feather -------------------------------------------------------------------------------- */

/* Three running means of this width make a bell (W3C Filter Effects, feGaussianBlur): reach to each
 * side of the bell of all three together is about the radius. */
static void
running_mean (const guint16 *in, guint16 *out, int n, gsize step, int reach)
{
  guint window = (guint) (2 * reach + 1);
  guint64 sum = 0;

  /* Beyond the ends the last value goes on, so that the picture's edge stays hard. */
  for (int i = -reach; i <= reach; i++)
    sum += in[(gsize) CLAMP (i, 0, n - 1) * step];
  for (int i = 0; i < n; i++)
    {
      out[(gsize) i * step] = (guint16) ((sum + window / 2) / window);
      sum += in[(gsize) CLAMP (i + reach + 1, 0, n - 1) * step];
      sum -= in[(gsize) CLAMP (i - reach, 0, n - 1) * step];
    }
}

/* Values are of 255 * 257 on the way, so that six roundings do not show. */
GessoTiles *
gesso_selection_feather (const GessoTiles *self, guint radius, const GdkRectangle *bounds)
{
  const int reaches[3] = { (int) (radius + 2) / 3, (int) (radius + 1) / 3, (int) radius / 3 };
  g_autofree guint16 *a = NULL;
  g_autofree guint16 *b = NULL;
  gsize n;
  Flat flat;

  if (radius == 0)
    return gesso_tiles_copy (self);
  if (!flatten (self, radius + 1, bounds, &flat))
    return gesso_tiles_new (1);

  n = (gsize) flat.area.width * (gsize) flat.area.height;
  a = g_new (guint16, n);
  b = g_new (guint16, n);
  for (gsize i = 0; i < n; i++)
    a[i] = (guint16) (flat.pixels[i] * 257);
  for (guint pass = 0; pass < 3; pass++)
    {
      for (int y = 0; y < flat.area.height; y++)
        running_mean (a + (gsize) y * (gsize) flat.area.width, b + (gsize) y * (gsize) flat.area.width,
                      flat.area.width, 1, reaches[pass]);
      for (int x = 0; x < flat.area.width; x++)
        running_mean (b + x, a + x, flat.area.height, (gsize) flat.area.width, reaches[pass]);
    }
  for (gsize i = 0; i < n; i++)
    flat.pixels[i] = (guint8) ((a[i] + 128) / 257);

  return to_tiles (&flat);
}
