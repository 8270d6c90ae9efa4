/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each tile counts in proportion to the distance from its margin, up to the overlap's other margin, so
 * that one fades into the next. The last tile of a row is pushed back to end with the picture: all tiles
 * have one size and one program.
 */
#include "session/tiles.h"

typedef struct
{
  const GsTiling *t;
  guint32 tile_w, tile_h;   /* in units */
  guint32 out_w, out_h;     /* the whole result, in its pixels */
  float  *in;               /* one tile */
  float  *out;
  float  *weights;          /* (out_h, out_w): what has been added up so far */
} Work;

static guint32
count (guint32 length, guint32 tile, guint32 overlap)
{
  return length <= tile ? 1 : 1 + (length - overlap - 1) / (tile - overlap);
}

static guint32
start (guint32 i, guint32 length, guint32 tile, guint32 overlap)
{
  return MIN (i * (tile - overlap), length - tile);
}

static void
cut (const Work *work, const float *picture, guint32 x0, guint32 y0)
{
  const GsTiling *t = work->t;
  guint32 s = t->in_scale;
  guint32 w = work->tile_w * s, h = work->tile_h * s;
  gsize picture_w = (gsize) t->width * s, picture_h = (gsize) t->height * s;

  for (guint32 c = 0; c < t->in_channels; c++)
    for (guint32 y = 0; y < h; y++)
      memcpy (work->in + ((gsize) c * h + y) * w,
              picture + (c * picture_h + y0 * s + y) * picture_w + x0 * s, w * sizeof (float));
}

/* How much a pixel of a tile counts along one axis: nothing in the margin, then rising over `fade`
 * pixels, except at the border of the picture. */
static float
ramp (guint32 i, guint32 length, guint32 margin, guint32 fade, gboolean is_first, gboolean is_last)
{
  float weight = 1;

  if (!is_first)
    weight = MIN (weight, (i + 0.5f - margin) / fade);
  if (!is_last)
    weight = MIN (weight, (length - i - 0.5f - margin) / fade);
  return MAX (weight, 0);
}

static void
add (const Work *work, float *result, guint32 x0, guint32 y0)
{
  const GsTiling *t = work->t;
  guint32 s = t->out_scale, margin = t->margin * s;
  guint32 fade = MAX (1, (t->overlap - 2 * t->margin) * s);
  guint32 w = work->tile_w * s, h = work->tile_h * s;

  for (guint32 y = 0; y < h; y++)
    {
      float wy = ramp (y, h, margin, fade, y0 == 0, y0 + work->tile_h == t->height);

      for (guint32 x = 0; x < w; x++)
        {
          float weight = wy * ramp (x, w, margin, fade, x0 == 0, x0 + work->tile_w == t->width);
          gsize at = (gsize) (y0 * s + y) * work->out_w + x0 * s + x;

          if (weight == 0)
            continue;
          work->weights[at] += weight;
          for (guint32 c = 0; c < t->out_channels; c++)
            result[(gsize) c * work->out_w * work->out_h + at]
                += weight * work->out[((gsize) c * h + y) * w + x];
        }
    }
}

static void
normalise (const Work *work, float *result)
{
  gsize plane = (gsize) work->out_w * work->out_h;

  for (guint32 c = 0; c < work->t->out_channels; c++)
    for (gsize i = 0; i < plane; i++)
      result[c * plane + i] /= work->weights[i];
}

gboolean
gs_run_tiled (const GsTiling *t, const float *in, float *out, GsTileFunc func, gpointer user_data,
              GError **error)
{
  Work work = {
    .t = t,
    .tile_w = MIN (t->tile, t->width),
    .tile_h = MIN (t->tile, t->height),
    .out_w = t->width * t->out_scale,
    .out_h = t->height * t->out_scale,
  };
  guint32 columns = count (t->width, work.tile_w, t->overlap);
  guint32 rows = count (t->height, work.tile_h, t->overlap);
  gsize tile_units = (gsize) work.tile_w * work.tile_h;
  gsize plane = (gsize) work.out_w * work.out_h;
  g_autofree float *tile_in
      = g_try_new (float, tile_units * t->in_scale * t->in_scale * t->in_channels);
  g_autofree float *tile_out
      = g_try_new (float, tile_units * t->out_scale * t->out_scale * t->out_channels);
  g_autofree float *weights = g_try_new0 (float, plane);

  if (tile_in == NULL || tile_out == NULL || weights == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
                   "There is not enough memory for a picture of %u x %u", work.out_w, work.out_h);
      return FALSE;
    }
  work.in = tile_in;
  work.out = tile_out;
  work.weights = weights;
  memset (out, 0, plane * t->out_channels * sizeof *out);
  for (guint32 row = 0; row < rows; row++)
    for (guint32 column = 0; column < columns; column++)
      {
        guint32 x = start (column, t->width, work.tile_w, t->overlap);
        guint32 y = start (row, t->height, work.tile_h, t->overlap);

        cut (&work, in, x, y);
        if (!func (tile_in, work.tile_w * t->in_scale, work.tile_h * t->in_scale, tile_out,
                   user_data, error))
          return FALSE;
        add (&work, out, x, y);
      }
  normalise (&work, out);
  return TRUE;
}
