/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Edges and lines by differences of blurred light.
 *
 * Soft edges: 8 |gradient| of the luma (Rec. 601) blurred with sigma 1, by central differences: a step of
 * 80 of 255 is white in its middle.
 * Dark lines: where the blur with sigma 5 is lighter than that with sigma 0.5 by more than 16 in all
 * channels (a difference of Gaussians; Winnemoeller et al., "XDoG", 2012, as ControlNet's "scribble_xdog"
 * uses it).
 */
#include "session/preprocess.h"

#include <math.h>

#define SOFT_EDGE_GAIN 8.0f
#define LINE_DIFFERENCE 16.0f

/* ... 2 1 0 1 2 ... n-2 n-1 n-2 ... */
static gint64
reflect (gint64 i, gint64 n)
{
  if (n == 1)
    return 0;
  while (i < 0 || i >= n)
    i = i < 0 ? -i : 2 * (n - 1) - i;
  return i;
}

/* Along lines of n samples, `step` apart. */
static void
blur_line (const float *in, gint64 n, gsize step, const float *kernel, int radius, float *out)
{
  for (gint64 i = 0; i < n; i++)
    {
      float sum = 0;

      for (int k = -radius; k <= radius; k++)
        sum += kernel[k + radius] * in[reflect (i + k, n) * step];
      out[i * step] = sum;
    }
}

void
gs_gaussian_blur (const float *in, guint32 width, guint32 height, guint channels, double sigma,
                  float *out)
{
  /* As many taps as cv2.GaussianBlur takes for floats. */
  const int radius = (int) lrint (sigma * 4 * 2 + 1) / 2;
  g_autofree float *kernel = g_new (float, 2 * radius + 1);
  g_autofree float *between = g_new (float, (gsize) width * height * channels);
  double sum = 0;

  for (int k = -radius; k <= radius; k++)
    sum += exp (-k * k / (2 * sigma * sigma));
  for (int k = -radius; k <= radius; k++)
    kernel[k + radius] = (float) (exp (-k * k / (2 * sigma * sigma)) / sum);
  for (gsize y = 0; y < height; y++)
    for (guint c = 0; c < channels; c++)
      blur_line (in + y * width * channels + c, width, channels, kernel, radius,
                 between + y * width * channels + c);
  for (gsize i = 0; i < (gsize) width * channels; i++)
    blur_line (between + i, height, (gsize) width * channels, kernel, radius, out + i);
}

void
gs_soft_edges (const guint8 *in, guint32 width, guint32 height, guint8 *out)
{
  const gsize n = (gsize) width * height;
  g_autofree float *luma = g_new (float, n), *light = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    luma[i] = 0.299f * in[3 * i] + 0.587f * in[3 * i + 1] + 0.114f * in[3 * i + 2];
  gs_gaussian_blur (luma, width, height, 1, 1.0, light);
  for (gint64 y = 0; y < height; y++)
    for (gint64 x = 0; x < width; x++)
      {
        const float *row = light + y * width;
        float dx = (row[reflect (x + 1, width)] - row[reflect (x - 1, width)]) / 2;
        float dy = (light[reflect (y + 1, height) * width + x]
                    - light[reflect (y - 1, height) * width + x]) / 2;

        out[y * width + x]
          = (guint8) lrintf (MIN (SOFT_EDGE_GAIN * sqrtf (dx * dx + dy * dy), 255));
      }
}

void
gs_dark_lines (const guint8 *in, guint32 width, guint32 height, guint8 *out)
{
  const gsize n = (gsize) width * height;
  g_autofree float *values = g_new (float, 3 * n);
  g_autofree float *fine = g_new (float, 3 * n), *coarse = g_new (float, 3 * n);

  for (gsize i = 0; i < 3 * n; i++)
    values[i] = in[i];
  gs_gaussian_blur (values, width, height, 3, 0.5, fine);
  gs_gaussian_blur (values, width, height, 3, 5.0, coarse);
  for (gsize i = 0; i < n; i++)
    {
      float least = coarse[3 * i] - fine[3 * i];

      for (guint c = 1; c < 3; c++)
        least = MIN (least, coarse[3 * i + c] - fine[3 * i + c]);
      out[i] = least > LINE_DIFFERENCE ? 255 : 0;
    }
}
