/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An autoencoder gives a picture back with its colours a little shifted, and the same shift is in
 * what it decodes beside it. Around the mask both pictures are known, so there the line
 *
 *   original = scale made + shift
 *
 * is the least squares solution of each channel, drawn towards scale 1 by a variance that says
 * nothing (ridge regression), so that an even surround gives a shift alone.
 */
#include "session/color-match.h"

#include <math.h>

#include "session/resample.h"

#define LEAST_PIXELS 64
#define RIDGE 25.0       /* variance, in levels squared */
#define LEAST_SCALE 0.8  /* what was made may be far from the surround, where a steep line misleads */
#define MOST_SCALE 1.25
#define RING_GAPS 4      /* width of the ring with its inner gap, in gaps */

static void
find_line (GsColorMatch *match, guint c, const float *made, const guint8 *original,
           const guint8 *ring, gsize n, double count)
{
  double x = 0, y = 0, xx = 0, xy = 0;

  for (gsize i = 0; i < n; i++)
    if (ring[i])
      {
        x += made[3 * i + c];
        y += original[3 * i + c];
      }
  x /= count;
  y /= count;
  for (gsize i = 0; i < n; i++)
    if (ring[i])
      {
        xx += (made[3 * i + c] - x) * (made[3 * i + c] - x);
        xy += (made[3 * i + c] - x) * (original[3 * i + c] - y);
      }
  match->scale[c] = (float) CLAMP ((xy / count + RIDGE) / (xx / count + RIDGE), LEAST_SCALE,
                                   MOST_SCALE);
  match->shift[c] = (float) (y - match->scale[c] * x);
}

void
gs_color_match_find (GsColorMatch *match, const float *made, const guint8 *original,
                     const guint8 *ring, gsize n)
{
  gsize count = 0;

  *match = (GsColorMatch) { { 1, 1, 1 }, { 0, 0, 0 } };
  for (gsize i = 0; i < n; i++)
    count += ring[i] != 0;
  if (count < LEAST_PIXELS)
    return;
  for (guint c = 0; c < 3; c++)
    find_line (match, c, made, original, ring, n, count);
}

void
gs_color_match_apply (const GsColorMatch *match, float *values, gsize n)
{
  for (gsize i = 0; i < 3 * n; i++)
    {
      float value = match->scale[i % 3] * values[i] + match->shift[i % 3];

      values[i] = CLAMP (value, 0.0f, 255.0f);
    }
}

void
gs_color_match_ring (const float *repaint, const float *alpha, const float *known, guint32 width,
                     guint32 height, float gap, guint8 *ring)
{
  const gsize n = (gsize) width * height;
  g_autofree float *distance = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    ring[i] = repaint[i] > 0;
  gs_distance_to (ring, width, height, distance, NULL);
  for (gsize i = 0; i < n; i++)
    ring[i] = alpha[i] == 0 && known[i] > 0 && distance[i] > gap && distance[i] <= RING_GAPS * gap;
}
