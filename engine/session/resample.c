/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Separable triangle filter; pull-push filling (Gortler et al., "The Lumigraph", section 3.5: means
 * of what is known on coarser and coarser grids, taken back to where nothing is); exact Euclidean
 * distances by lower envelopes of parabolas (Felzenszwalb and Huttenlocher, "Distance Transforms of
 * Sampled Functions").
 */
#include "session/resample.h"

#include <math.h>
#include <string.h>

#define FAR 1e18

/* Which samples of a row or column make one of another length, and how much of each. Their sum is
 * divided by, so that weights beyond the ends, which are those of the end's sample, count too. */
typedef struct
{
  guint32 n;        /* of each */
  guint32 *places;  /* (length, n) */
  double  *weights; /* (length, n) */
  double  *sums;    /* (length) */
} Taps;

static void
taps_init (Taps *taps, guint32 n_in, guint32 n_out)
{
  const double scale = (double) n_in / n_out, radius = MAX (1, scale);

  taps->n = (guint32) floor (2 * radius) + 1;
  taps->places = g_new0 (guint32, (gsize) n_out * taps->n);
  taps->weights = g_new0 (double, (gsize) n_out * taps->n);
  taps->sums = g_new0 (double, n_out);
  for (guint32 i = 0; i < n_out; i++)
    {
      double centre = (i + 0.5) * scale - 0.5;
      gint64 first = (gint64) ceil (centre - radius), last = (gint64) floor (centre + radius);
      gsize at = (gsize) i * taps->n;

      for (gint64 k = first; k <= last; k++, at++)
        {
          taps->places[at] = (guint32) CLAMP (k, 0, (gint64) n_in - 1);
          taps->weights[at] = 1 - fabs (k - centre) / radius;
          taps->sums[i] += taps->weights[at];
        }
    }
}

static void
taps_clear (Taps *taps)
{
  g_free (taps->places);
  g_free (taps->weights);
  g_free (taps->sums);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Taps, taps_clear)

/* Sample i from samples of `width` floats that lie `stride` floats apart. */
static void
mix (const Taps *taps, guint32 i, const float *in, gsize stride, gsize width, double *sums,
     float *out)
{
  for (gsize x = 0; x < width; x++)
    sums[x] = 0;
  for (guint32 k = 0; k < taps->n; k++)
    {
      const double weight = taps->weights[(gsize) i * taps->n + k];
      const float *from = in + taps->places[(gsize) i * taps->n + k] * stride;

      for (gsize x = 0; x < width; x++)
        sums[x] += weight * from[x];
    }
  for (gsize x = 0; x < width; x++)
    out[x] = (float) (sums[x] / taps->sums[i]);
}

void
gs_resample (const float *in, guint32 w_in, guint32 h_in, float *out, guint32 w_out, guint32 h_out,
             guint32 channels)
{
  const gsize row_in = (gsize) w_in * channels, row_out = (gsize) w_out * channels;
  g_autofree float *rows = g_new (float, h_in * row_out);
  g_autofree double *sums = g_new (double, row_out);
  g_auto (Taps) across = { 0 }, down = { 0 };

  if (w_in == w_out && h_in == h_out)
    {
      memcpy (out, in, h_in * row_in * sizeof *out);
      return;
    }
  taps_init (&across, w_in, w_out);
  taps_init (&down, h_in, h_out);
  for (guint32 y = 0; y < h_in; y++)
    for (guint32 x = 0; x < w_out; x++)
      mix (&across, x, in + y * row_in, channels, channels, sums,
           rows + y * row_out + (gsize) x * channels);
  for (guint32 y = 0; y < h_out; y++)
    mix (&down, y, rows, row_out, row_out, sums, out + y * row_out);
}

/* Half the size: colour times weight summed, and the weights. level: (h, w, 4), weight last. */
static float *
pull (const float *level, guint32 w, guint32 h)
{
  guint32 half_w = (w + 1) / 2, half_h = (h + 1) / 2;
  float *out = g_new0 (float, (gsize) half_w * half_h * 4);

  for (guint32 y = 0; y < h; y++)
    for (guint32 x = 0; x < w; x++)
      for (guint32 c = 0; c < 4; c++)
        out[((gsize) (y / 2) * half_w + x / 2) * 4 + c] += level[((gsize) y * w + x) * 4 + c];
  /* What is known at all counts fully, so that sparse and dense surroundings weigh alike. */
  for (gsize i = 0; i < (gsize) half_w * half_h; i++)
    if (out[4 * i + 3] > 1)
      {
        float weight = out[4 * i + 3];

        for (guint32 c = 0; c < 4; c++)
          out[4 * i + c] /= weight;
      }
  return out;
}

/* Fills what a level does not know from the coarser one, which is complete. */
static void
push (float *level, guint32 w, guint32 h, const float *coarse)
{
  guint32 half_w = (w + 1) / 2, half_h = (h + 1) / 2;
  g_autofree float *enlarged = g_new (float, (gsize) w * h * 4);

  gs_resample (coarse, half_w, half_h, enlarged, w, h, 4);
  for (gsize i = 0; i < (gsize) w * h; i++)
    {
      float missing = 1 - level[4 * i + 3];

      for (guint32 c = 0; c < 3; c++)
        level[4 * i + c] += missing * enlarged[4 * i + c];
      level[4 * i + 3] = 1;
    }
}

static void
complete (float *level, guint32 w, guint32 h)
{
  g_autofree float *coarse = NULL;

  if (w == 1 && h == 1)
    {
      if (level[3] > 0)
        for (guint32 c = 0; c < 3; c++)
          level[c] /= level[3];
      level[3] = 1;
      return;
    }
  coarse = pull (level, w, h);
  complete (coarse, (w + 1) / 2, (h + 1) / 2);
  push (level, w, h, coarse);
}

void
gs_fill_smoothly (float *pixels, const float *known, guint32 width, guint32 height)
{
  gsize n = (gsize) width * height;
  g_autofree float *level = g_new (float, 4 * n);
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    {
      for (guint32 c = 0; c < 3; c++)
        level[4 * i + c] = pixels[3 * i + c] * known[i];
      level[4 * i + 3] = known[i];
      sum += known[i];
    }
  if (sum == 0)
    return;
  complete (level, width, height);
  for (gsize i = 0; i < n; i++)
    for (guint32 c = 0; c < 3; c++)
      pixels[3 * i + c] = level[4 * i + c];
}

/* Where the parabolas over j < i meet. */
static double
crossing (const double *f, double j, double i)
{
  return ((f[(guint32) i] + i * i) - (f[(guint32) j] + j * j)) / (2 * (i - j));
}

/* d[i] = min over k of (i - k)^2 + f[k], at[i] = that k; v, z: scratch of n and n + 1. */
static void
transform_line (const double *f, guint32 n, double *d, guint32 *at, guint32 *v, double *z)
{
  guint32 k = 0;

  v[0] = 0;
  z[0] = -FAR;
  z[1] = FAR;
  for (guint32 i = 1; i < n; i++)
    {
      double s;

      /* Drops the parabolas that the new one hides; the first one starts at -FAR and stays. */
      while ((s = crossing (f, v[k], i)) <= z[k])
        k--;
      k++;
      v[k] = i;
      z[k] = s;
      z[k + 1] = FAR;
    }
  k = 0;
  for (guint32 i = 0; i < n; i++)
    {
      double distance;

      while (z[k + 1] < i)
        k++;
      distance = (double) i - v[k];
      d[i] = distance * distance + f[v[k]];
      at[i] = v[k];
    }
}

void
gs_distance_to (const guint8 *inside, guint32 width, guint32 height, float *out, guint32 *nearest)
{
  guint32 n = MAX (width, height);
  g_autofree double *squares = g_new (double, (gsize) width * height);
  g_autofree guint32 *rows = g_new (guint32, (gsize) width * height);
  g_autofree double *f = g_new (double, n);
  g_autofree double *d = g_new (double, n);
  g_autofree double *z = g_new (double, n + 1);
  g_autofree guint32 *v = g_new (guint32, n);
  g_autofree guint32 *at = g_new (guint32, n);

  for (guint32 x = 0; x < width; x++)
    {
      for (guint32 y = 0; y < height; y++)
        f[y] = inside[(gsize) y * width + x] ? 0 : 1e12;
      transform_line (f, height, d, at, v, z);
      for (guint32 y = 0; y < height; y++)
        {
          squares[(gsize) y * width + x] = d[y];
          rows[(gsize) y * width + x] = at[y];
        }
    }
  for (guint32 y = 0; y < height; y++)
    {
      transform_line (squares + (gsize) y * width, width, d, at, v, z);
      for (guint32 x = 0; x < width; x++)
        {
          out[(gsize) y * width + x] = (float) sqrt (d[x]);
          if (nearest != NULL)
            nearest[(gsize) y * width + x] = rows[(gsize) y * width + at[x]] * width + at[x];
        }
    }
}
