/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The canvas of a request, with 8 bits a channel instead of latents. */
#include "gs-elsewhere.h"

#include <math.h>

#include "session/canvas.h"
#include "session/hires.h"

#define FACTOR 8 /* pixels of a latent pixel's side, of all models that such programs have */

void
gs_elsewhere_free (GsElsewhere *self)
{
  if (self == NULL)
    return;
  gs_image_free (self->picture);
  gs_image_free (self->mask);
  gs_image_free (self->coverage);
  gs_canvas_unref (self->canvas);
  g_free (self);
}

/* (H, W, 3) in 0..1 */
static GsImage *
picture_from (const GsCanvas *canvas)
{
  GsImage *image = gs_image_new (canvas->width, canvas->height, 3);

  for (gsize i = 0; i < (gsize) 3 * image->width * image->height; i++)
    image->pixels[i] = (guint8) lrintf (255 * CLAMP (canvas->pixels[i], 0, 1));
  return image;
}

static GsImage *
mask_from (const GsCanvas *canvas)
{
  GsImage *mask = gs_image_new (canvas->width, canvas->height, 1);

  for (gsize i = 0; i < (gsize) mask->width * mask->height; i++)
    mask->pixels[i] = canvas->repaint[i] > 0 ? 255 : 0;
  return mask;
}

static gboolean
is_uneven (const GsCanvas *canvas)
{
  if (canvas->strength == NULL || canvas->repaint == NULL)
    return FALSE;
  for (gsize i = 0; i < (gsize) canvas->width * canvas->height; i++)
    if (canvas->repaint[i] > 0 && canvas->strength[i] < 0.99f)
      return TRUE;
  return FALSE;
}

GsElsewhere *
gs_elsewhere_new (const GsRequest *request, guint native_size, GError **error)
{
  GsCanvas *canvas = gs_canvas_new (request, FACTOR, native_size, error);
  guint32 first_width, first_height;
  GsElsewhere *self;

  if (canvas == NULL)
    return NULL;
  self = g_new0 (GsElsewhere, 1);
  self->canvas = canvas;
  self->width = canvas->width;
  self->height = canvas->height;
  self->strength = canvas->run_strength;
  self->is_uneven = is_uneven (canvas);
  self->coverage = gs_canvas_coverage (canvas);
  if (canvas->pixels != NULL)
    self->picture = picture_from (canvas);
  if (canvas->pixels != NULL && canvas->repaint != NULL)
    self->mask = mask_from (canvas);
  if (gs_hires_first_size (request, canvas, FACTOR, native_size, &first_width, &first_height))
    {
      self->first_width = first_width;
      self->first_height = first_height;
    }
  return self;
}

GsImage *
gs_elsewhere_finish (const GsElsewhere *self, const GsImage *painted)
{
  const gsize n = (gsize) self->width * self->height;
  g_autofree float *planes = g_new (float, 3 * n);

  g_assert (painted->channels == 3 && painted->width == self->width &&
            painted->height == self->height);
  for (gsize i = 0; i < 3 * n; i++)
    planes[i % 3 * n + i / 3] = painted->pixels[i] / 127.5f - 1;
  return gs_canvas_finish (self->canvas, planes);
}
