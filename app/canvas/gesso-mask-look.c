/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of colours for each strength, two of them in diagonal stripes. */
#include "config.h"

#include "gesso-mask-look.h"

#include "document/gesso-selection.h"

#include <string.h>

/* Straight RGBA: stripes of two strengths, so that they are seen on a picture of the same colour. */
static const guint8 normal[2][4] = { { 224, 27, 36, 140 }, { 224, 27, 36, 95 } };
static const guint8 contrast[2][4] = { { 255, 230, 0, 215 }, { 0, 0, 0, 190 } };

static gboolean
is_seen (GessoLayer *layer)
{
  return gesso_layer_get_kind (layer) == GESSO_LAYER_MASK && gesso_layer_get_visible (layer);
}

static void
read_masks (GessoPainting *painting, const GdkRectangle *area, guint8 *values, guint8 *line)
{
  gsize n = (gsize) area->width * (gsize) area->height;

  memset (values, 0, n);
  for (guint i = 0; i < gesso_painting_get_n_layers (painting); i++)
    {
      GessoLayer *layer = gesso_painting_get_layer (painting, i);
      GdkRectangle inside = *area;
      int x, y;

      if (!is_seen (layer))
        continue;
      gesso_layer_get_offset (layer, &x, &y);
      inside.x -= x;
      inside.y -= y;
      gesso_tiles_read (gesso_layer_get_tiles (layer), &inside, line, (gsize) area->width);
      for (gsize k = 0; k < n; k++)
        values[k] = MAX (values[k], line[k]);
    }
}

/* Each of the two stripes' colours at each strength, premultiplied. */
static void
make_table (const guint8 colors[2][4], guint32 table[2][256])
{
  for (guint k = 0; k < 2; k++)
    for (guint v = 0; v < 256; v++)
      {
        guint8 pixel[4] = { colors[k][0], colors[k][1], colors[k][2],
                            (guint8) gesso_multiply_8 (colors[k][3], v) };

        gesso_premultiply (pixel, 1);
        memcpy (&table[k][v], pixel, 4);
      }
}

void
gesso_mask_look_render (GessoPainting      *painting,
                        const GessoTiles   *plane,
                        const GdkRectangle *area,
                        int                 period,
                        gboolean            high_contrast,
                        guint8             *pixels,
                        gsize               stride)
{
  gsize n = (gsize) area->width * (gsize) area->height;
  g_autofree guint8 *values = g_malloc (2 * n);
  guint32 table[2][256];

  if (plane)
    gesso_tiles_read (plane, area, values, (gsize) area->width);
  else
    read_masks (painting, area, values, values + n);

  make_table (high_contrast ? contrast : normal, table);
  for (int y = 0; y < area->height; y++)
    {
      guint32 *row = (guint32 *) (gpointer) (pixels + (gsize) y * stride);
      const guint8 *value = values + (gsize) y * (gsize) area->width;

      for (int x = 0; x < area->width; x++)
        row[x] = table[((area->x + x + area->y + y) / period) & 1][value[x]];
    }
}

gboolean
gesso_mask_look_has_any (GessoPainting *painting)
{
  for (guint i = 0; i < gesso_painting_get_n_layers (painting); i++)
    {
      GessoLayer *layer = gesso_painting_get_layer (painting, i);

      if (is_seen (layer) && gesso_tiles_count (gesso_layer_get_tiles (layer)) > 0)
        return TRUE;
    }

  return FALSE;
}

GessoTiles *
gesso_mask_look_unite (GessoPainting *painting)
{
  const GdkRectangle picture = { 0, 0, (int) gesso_painting_get_width (painting),
                                 (int) gesso_painting_get_height (painting) };
  GessoTiles *all = gesso_tiles_new (1);

  for (guint i = 0; i < gesso_painting_get_n_layers (painting); i++)
    {
      GessoLayer *layer = gesso_painting_get_layer (painting, i);

      if (is_seen (layer))
        {
          g_autoptr (GessoTiles) one = gesso_selection_from_layer (layer);
          g_autoptr (GessoTiles) old = all;

          all = gesso_selection_combine (old, one, GESSO_COMBINE_ADD, &picture);
        }
    }

  return all;
}
