/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the model is shown of a canvas, and the way back from its picture to the result.
 */
#include "session/canvas.h"

#include <math.h>
#include <string.h>

#include "session/color-match.h"
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
  gs_distance_to (inside, canvas->width, canvas->height, distance, NULL);
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

float *
gs_canvas_latent_strength (const GsCanvas *canvas, guint32 factor)
{
  guint32 w = canvas->width / factor, h = canvas->height / factor;
  g_autofree guint32 *count = g_new0 (guint32, (gsize) w * h);
  float *strength;

  if (canvas->strength == NULL)
    return NULL;
  strength = g_new0 (float, (gsize) w * h);
  for (guint32 y = 0; y < canvas->height; y++)
    for (guint32 x = 0; x < canvas->width; x++)
      if (canvas->repaint[(gsize) y * canvas->width + x] > 0)
        {
          strength[(gsize) (y / factor) * w + x / factor]
              += canvas->strength[(gsize) y * canvas->width + x];
          count[(gsize) (y / factor) * w + x / factor]++;
        }
  for (gsize i = 0; i < (gsize) w * h; i++)
    strength[i] /= MAX (count[i], 1);
  return strength;
}

/* (3, H, W) in -1..1 -> (H, W, 3) in 0..255 at the result's size, not rounded where it was not
 * resized. */
static float *
to_result (const GsCanvas *canvas, const float *picture)
{
  const gsize n = (gsize) canvas->width * canvas->height;
  const guint32 row = 3 * canvas->result_width;
  float *out = g_new (float, (gsize) row * canvas->result_height);
  g_autoptr (GsImage) image = NULL, resized = NULL;

  if (!canvas->is_scaled)
    {
      for (guint32 y = 0; y < canvas->result_height; y++)
        for (guint32 i = 0; i < row; i++)
          {
            gsize at = i % 3 * n + (gsize) y * canvas->width + i / 3;

            out[(gsize) y * row + i] = 255 * CLAMP (picture[at] * 0.5f + 0.5f, 0.0f, 1.0f);
          }
      return out;
    }
  image = gs_image_new (canvas->width, canvas->height, 3);
  for (gsize i = 0; i < 3 * n; i++)
    image->pixels[i] = (guint8) lrintf (255 * CLAMP (picture[i % 3 * n + i / 3] * 0.5f + 0.5f, 0.0f,
                                                     1.0f));
  resized = gs_image_resize (image, canvas->result_width, canvas->result_height, GS_IMAGE_LANCZOS);
  for (gsize i = 0; i < (gsize) row * canvas->result_height; i++)
    out[i] = resized->pixels[i];
  return out;
}

GsImage *
gs_canvas_finish (const GsCanvas *canvas, const float *picture)
{
  const gsize n = (gsize) canvas->result_width * canvas->result_height;
  GsImage *image = gs_image_new (canvas->result_width, canvas->result_height, 3);
  g_autofree float *values = to_result (canvas, picture);

  if (canvas->ring != NULL)
    {
      GsColorMatch match;

      gs_color_match_find (&match, values, canvas->original, canvas->ring, n);
      gs_color_match_apply (&match, values, n);
    }
  for (gsize i = 0; i < 3 * n; i++)
    {
      const float alpha = canvas->alpha != NULL ? canvas->alpha[i / 3] : 1;
      float value = values[i];

      if (alpha < 1)
        value = canvas->original[i] * (1 - alpha) + value * alpha;
      image->pixels[i] = (guint8) lrintf (value);
    }
  return image;
}

GsImage *
gs_canvas_coverage (const GsCanvas *canvas)
{
  const gsize n = (gsize) canvas->result_width * canvas->result_height;
  GsImage *coverage;

  if (canvas->alpha == NULL)
    return NULL;
  coverage = gs_image_new (canvas->result_width, canvas->result_height, 1);
  for (gsize i = 0; i < n; i++)
    if (canvas->alpha[i] > 0)
      coverage->pixels[i] = (guint8) MAX (lrintf (255 * canvas->alpha[i]), 1);
  return coverage;
}

GsImage *
gs_canvas_trim (const GsCanvas *canvas, GsImage *image)
{
  const guint32 width = canvas->result_width, height = canvas->result_height;
  const gsize row = (gsize) width * image->channels;
  GsImage *trimmed;

  if (canvas->is_scaled || (width == canvas->width && height == canvas->height))
    return image;
  trimmed = gs_image_new (width, height, image->channels);
  for (guint32 y = 0; y < height; y++)
    memcpy (trimmed->pixels + y * row,
            image->pixels + (gsize) y * image->width * image->channels, row);
  gs_image_free (image);
  return trimmed;
}
