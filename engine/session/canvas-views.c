/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the model is shown of a canvas, and the way back from its picture to the result.
 */
#include "session/canvas.h"

#include <math.h>

#include "session/resample.h"

#define SURROUNDINGS 48.0f /* pixels from the mask whose mean the colour fill takes */

/* (H, W, 3) in 0..1 -> (3, H, W) in -1..1 */
static float *
to_planes (const float *pixels, gsize n)
{
  float *out = g_new (float, 3 * n);

  for (gsize i = 0; i < n; i++)
    for (guint c = 0; c < 3; c++)
      out[c * n + i] = 2 * pixels[3 * i + c] - 1;
  return out;
}

/* The mean colour near the mask, or of all that stays if nothing is near. */
static void
fill_colour (const GsCanvas *canvas, float *pixels)
{
  gsize n = (gsize) canvas->width * canvas->height;
  g_autofree guint8 *inside = g_new (guint8, n);
  g_autofree float *distance = g_new (float, n);
  double sum[3] = { 0 }, count = 0;

  for (gsize i = 0; i < n; i++)
    inside[i] = canvas->repaint[i] > 0;
  gs_distance_to (inside, canvas->width, canvas->height, distance);
  for (gsize i = 0; i < n; i++)
    if (!inside[i] && distance[i] <= SURROUNDINGS)
      {
        for (guint c = 0; c < 3; c++)
          sum[c] += pixels[3 * i + c];
        count++;
      }
  if (count == 0)
    return;
  for (gsize i = 0; i < n; i++)
    if (inside[i])
      for (guint c = 0; c < 3; c++)
        pixels[3 * i + c] = (float) (sum[c] / count);
}

float *
gs_canvas_filled (const GsCanvas *canvas, GsMaskFill fill)
{
  gsize n = (gsize) canvas->width * canvas->height;
  g_autofree float *pixels = g_memdup2 (canvas->pixels, 3 * n * sizeof (float));

  if (canvas->repaint != NULL && fill == GS_FILL_COLOR)
    fill_colour (canvas, pixels);
  if (canvas->repaint != NULL && fill == GS_FILL_BLUR)
    {
      g_autofree float *known = g_new (float, n);

      for (gsize i = 0; i < n; i++)
        known[i] = 1 - canvas->repaint[i];
      gs_fill_smoothly (pixels, known, canvas->width, canvas->height);
    }
  return to_planes (pixels, n);
}

float *
gs_canvas_masked (const GsCanvas *canvas)
{
  gsize n = (gsize) canvas->width * canvas->height;
  float *out = to_planes (canvas->pixels, n);

  for (gsize i = 0; i < 3 * n; i++)
    if (canvas->repaint == NULL || canvas->repaint[i % n] > 0)
      out[i] = 0;
  return out;
}

float *
gs_canvas_latent_mask (const GsCanvas *canvas, guint32 factor)
{
  guint32 w = canvas->width / factor, h = canvas->height / factor;
  float *mask;

  if (canvas->repaint == NULL)
    return NULL;
  mask = g_new0 (float, (gsize) w * h);
  for (guint32 y = 0; y < canvas->height; y++)
    for (guint32 x = 0; x < canvas->width; x++)
      if (canvas->repaint[(gsize) y * canvas->width + x] > 0)
        mask[(gsize) (y / factor) * w + x / factor] = 1;
  return mask;
}

GsImage *
gs_canvas_finish (const GsCanvas *canvas, const float *picture)
{
  gsize n = (gsize) canvas->width * canvas->height;
  GsImage *image = gs_image_new (canvas->result_width, canvas->result_height, 3);

  for (guint32 y = 0; y < canvas->result_height; y++)
    for (guint32 x = 0; x < canvas->result_width; x++)
      {
        gsize at = (gsize) y * canvas->width + x;
        gsize to = ((gsize) y * canvas->result_width + x) * 3;
        float alpha = canvas->alpha != NULL ? canvas->alpha[at] : 1;

        for (guint c = 0; c < 3; c++)
          {
            float value = 255 * CLAMP (picture[c * n + at] * 0.5f + 0.5f, 0.0f, 1.0f);

            if (alpha < 1)
              value = canvas->original[to + c] * (1 - alpha) + value * alpha;
            image->pixels[to + c] = (guint8) lrintf (value);
          }
      }
  return image;
}
