/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Resizing with separable filters: Lanczos of three lobes, and the triangle that interpolates
 * bilinearly. When a picture shrinks by s the filter is s times as wide. Duchon, "Lanczos Filtering in One
 * and Two Dimensions", 1979; Turkowski, "Filters for Common Resampling Tasks", Graphics Gems I, 1990.
 */
#include "io/image.h"

#include <math.h>

/* Which inputs make an output along one axis, and how much of each. */
typedef struct
{
  guint  first, n;
  float *weights; /* n, their sum 1 */
} Taps;

typedef struct
{
  Taps  *taps; /* one for each output */
  guint  n_taps;
  float *weights;
} Axis;

static double
sinc (double x)
{
  return x == 0 ? 1 : sin (G_PI * x) / (G_PI * x);
}

static double
filter_at (GsImageFilter filter, double x)
{
  x = fabs (x);
  if (filter == GS_IMAGE_LANCZOS)
    return x < 3 ? sinc (x) * sinc (x / 3) : 0;
  return x < 1 ? 1 - x : 0;
}

static void
axis_init (Axis *axis, guint n_in, guint n_out, GsImageFilter filter)
{
  double step = (double) n_in / n_out;
  double widening = MAX (step, 1);
  double radius = (filter == GS_IMAGE_LANCZOS ? 3 : 1) * widening;
  guint most = MIN ((guint) ceil (2 * radius) + 1, n_in);

  axis->n_taps = n_out;
  axis->taps = g_new (Taps, n_out);
  axis->weights = g_new (float, (gsize) n_out * most);
  for (guint i = 0; i < n_out; i++)
    {
      Taps *taps = &axis->taps[i];
      double centre = (i + 0.5) * step - 0.5;
      int first = MAX ((int) ceil (centre - radius), 0);
      int last = MIN ((int) floor (centre + radius), (int) n_in - 1);
      double sum = 0;

      taps->first = (guint) first;
      taps->n = (guint) (last - first + 1);
      taps->weights = axis->weights + (gsize) i * most;
      for (int j = first; j <= last; j++)
        sum += filter_at (filter, (j - centre) / widening);
      for (int j = first; j <= last; j++)
        taps->weights[j - first] = (float) (filter_at (filter, (j - centre) / widening) / sum);
    }
}

static void
axis_clear (Axis *axis)
{
  g_free (axis->taps);
  g_free (axis->weights);
}

/* Adds a row of pixels to sums (width, channels), colours times alpha. */
static void
add_row (float *sums, const GsImage *image, guint y, float weight)
{
  guint channels = image->channels;
  const guint8 *row = image->pixels + (gsize) y * image->width * channels;

  if (channels != 4)
    {
      for (gsize i = 0; i < (gsize) image->width * channels; i++)
        sums[i] += weight * row[i];
      return;
    }
  for (gsize i = 0; i < (gsize) image->width * 4; i += 4)
    {
      float alpha = weight * row[i + 3];

      for (guint c = 0; c < 3; c++)
        sums[i + c] += alpha * (1.0f / 255) * row[i + c];
      sums[i + 3] += alpha;
    }
}

static guint8
to_byte (float value)
{
  return (guint8) (CLAMP (value, 0.0f, 255.0f) + 0.5f);
}

/* One output row from the column sums of the input. */
static void
filter_row (const Axis *axis, const float *sums, guint channels, guint8 *out)
{
  for (guint x = 0; x < axis->n_taps; x++, out += channels)
    {
      const Taps *taps = &axis->taps[x];
      float pixel[4] = { 0 };

      for (guint j = 0; j < taps->n; j++)
        for (guint c = 0; c < channels; c++)
          pixel[c] += taps->weights[j] * sums[((gsize) taps->first + j) * channels + c];
      if (channels == 4)
        for (guint c = 0; c < 3; c++)
          pixel[c] = pixel[3] > 0 ? pixel[c] * 255 / pixel[3] : 0;
      for (guint c = 0; c < channels; c++)
        out[c] = to_byte (pixel[c]);
    }
}

GsImage *
gs_image_resize (const GsImage *image, guint width, guint height, GsImageFilter filter)
{
  gsize row = (gsize) image->width * image->channels;
  g_autofree float *sums = g_new (float, row);
  GsImage *resized;
  Axis across, down;

  g_return_val_if_fail (width > 0 && width <= GS_IMAGE_MAX_SIDE, NULL);
  g_return_val_if_fail (height > 0 && height <= GS_IMAGE_MAX_SIDE, NULL);
  if (width == image->width && height == image->height)
    return gs_image_copy (image);

  resized = g_new (GsImage, 1);
  *resized = (GsImage) { .width = width, .height = height, .channels = image->channels };
  resized->pixels = g_malloc ((gsize) width * height * image->channels);
  axis_init (&across, image->width, width, filter);
  axis_init (&down, image->height, height, filter);
  for (guint y = 0; y < height; y++)
    {
      const Taps *taps = &down.taps[y];

      for (gsize i = 0; i < row; i++)
        sums[i] = 0;
      for (guint j = 0; j < taps->n; j++)
        add_row (sums, image, taps->first + j, taps->weights[j]);
      filter_row (&across, sums, image->channels,
                  resized->pixels + (gsize) y * width * image->channels);
    }
  axis_clear (&across);
  axis_clear (&down);
  return resized;
}
