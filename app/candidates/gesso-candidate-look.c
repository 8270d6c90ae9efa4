/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small look reads only some rows of what may be thousands: at most ROWS for each of its own, and
 * all columns of these.
 */
#include "config.h"

#include "gesso-candidate-look.h"

#include <math.h>
#include <string.h>

#define ROWS 3

static GdkTexture *
texture_from_pixels (guint8 *pixels, int width, int height)
{
  gsize stride = (gsize) width * 4;
  g_autoptr (GBytes) bytes = g_bytes_new_take (pixels, stride * (gsize) height);

  return gdk_memory_texture_new (width, height, GDK_MEMORY_R8G8B8A8_PREMULTIPLIED, bytes, stride);
}

/* One row of the candidate over the painting. */
static void
read_row (GessoCandidate *candidate, GessoPainting *painting, const GdkRectangle *area, int y,
          guint8 *below, guint8 *row)
{
  const GdkRectangle own = { 0, y, area->width, 1 };
  const GdkRectangle place = { area->x, area->y + y, area->width, 1 };

  gesso_painting_composite (painting, &place, below, (gsize) area->width * 4);
  gesso_tiles_read (gesso_candidate_get_tiles (candidate), &own, row, (gsize) area->width * 4);
  gesso_blend_pixels (GESSO_BLEND_NORMAL, below, row, (gsize) area->width, 255);
}

/* Adds a row to width sums of 4 channels. */
static void
add_row (const guint8 *row, int n, guint *sums, int width)
{
  for (int x = 0; x < width; x++)
    {
      int from = (int) ((gint64) x * n / width), to = (int) ((gint64) (x + 1) * n / width);

      to = MAX (to, from + 1);
      for (int c = 0; c < 4; c++)
        {
          guint64 sum = 0;

          for (int k = from; k < to; k++)
            sum += row[4 * k + c];
          sums[4 * x + c] += (guint) (sum * 256 / (guint64) (to - from));
        }
    }
}

GdkTexture *
gesso_candidate_look_small (GessoCandidate *candidate, GessoPainting *painting, int size)
{
  g_autofree guint8 *below = NULL, *row = NULL;
  g_autofree guint *sums = NULL;
  GdkRectangle area;
  guint8 *pixels;
  double scale;
  int width, height;

  gesso_candidate_get_area (candidate, &area);
  scale = MIN ((double) size / MAX (area.width, area.height), 1);
  width = MAX ((int) lrint (area.width * scale), 1);
  height = MAX ((int) lrint (area.height * scale), 1);
  below = g_malloc ((gsize) area.width * 4);
  row = g_malloc ((gsize) area.width * 4);
  sums = g_new (guint, (gsize) width * 4);
  pixels = g_malloc ((gsize) width * (gsize) height * 4);

  for (int y = 0; y < height; y++)
    {
      int from = (int) ((gint64) y * area.height / height);
      int to = MAX ((int) ((gint64) (y + 1) * area.height / height), from + 1);
      int n = MIN (to - from, ROWS);

      memset (sums, 0, (gsize) width * 4 * sizeof (guint));
      for (int k = 0; k < n; k++)
        {
          read_row (candidate, painting, &area, from + (2 * k + 1) * (to - from) / (2 * n), below, row);
          add_row (below, area.width, sums, width);
        }
      for (int i = 0; i < width * 4; i++)
        pixels[y * width * 4 + i] = (guint8) (sums[i] / (256 * (guint) n));
    }

  return texture_from_pixels (pixels, width, height);
}

GdkTexture *
gesso_candidate_look_whole (GessoCandidate *candidate)
{
  GdkRectangle area, all;
  guint8 *pixels;

  gesso_candidate_get_area (candidate, &area);
  all = (GdkRectangle) { 0, 0, area.width, area.height };
  pixels = g_malloc ((gsize) area.width * (gsize) area.height * 4);
  gesso_tiles_read (gesso_candidate_get_tiles (candidate), &all, pixels, (gsize) area.width * 4);

  return texture_from_pixels (pixels, area.width, area.height);
}
