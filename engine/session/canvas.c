/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sizes, masks and what lies under them.
 *
 * A mask's soft edge reaches mask_feather pixels outwards; there the model's picture fades into the
 * original. Beyond it the alpha is 0 and bytes are copied.
 */
#include "session/canvas.h"

#include <math.h>

#include "session/resample.h"

#define MAX_SIDE 8192u /* pixels */

void
gs_canvas_free (GsCanvas *canvas)
{
  if (canvas == NULL)
    return;
  g_free (canvas->pixels);
  g_free (canvas->alpha);
  g_free (canvas->original);
  g_free (canvas->repaint);
  g_free (canvas);
}

static guint32
round_up (guint32 n, guint32 factor)
{
  return (n + factor - 1) / factor * factor;
}

static guint32
round_nearest (guint32 n, guint32 factor)
{
  return MAX (factor, (n + factor / 2) / factor * factor);
}

/* A copy of that size and number of channels. */
static GsImage *
fit (const GsImage *image, guint channels, guint32 width, guint32 height, GsImageFilter filter)
{
  g_autoptr (GsImage) converted = gs_image_convert (image, channels);

  if (converted->width == width && converted->height == height)
    return g_steal_pointer (&converted);
  return gs_image_resize (converted, width, height, filter);
}

/* The size that the start picture and the mask get, and how they lie on the canvas. */
typedef struct
{
  guint32 width, height; /* of the start picture, resized */
  guint32 left, top;     /* its place on the canvas       */
} Placement;

static gboolean
has_outpaint (const GsRequest *r)
{
  return r->outpaint_left + r->outpaint_top + r->outpaint_right + r->outpaint_bottom > 0;
}

/* Grows one side of a pair so that the whole becomes a multiple of factor. */
static guint32
grow (guint32 length, guint32 before, guint32 after, guint32 factor, guint32 *start)
{
  guint32 whole = round_up (length + before + after, factor);

  *start = after > 0 || before == 0 ? before : whole - length;
  return whole;
}

static void
place (const GsRequest *r, guint32 factor, GsCanvas *canvas, Placement *place)
{
  gboolean keeps_bytes = r->mask != NULL || has_outpaint (r);

  place->width = r->width > 0 ? r->width : r->init_image->width;
  place->height = r->height > 0 ? r->height : r->init_image->height;
  place->left = place->top = 0;
  if (has_outpaint (r))
    {
      canvas->width = grow (place->width, r->outpaint_left, r->outpaint_right, factor,
                            &place->left);
      canvas->height = grow (place->height, r->outpaint_top, r->outpaint_bottom, factor,
                             &place->top);
      canvas->result_width = canvas->width;
      canvas->result_height = canvas->height;
      return;
    }
  /* With a mask no pixel may move, so an odd size is padded and cut off again. */
  if (!keeps_bytes)
    {
      place->width = round_nearest (place->width, factor);
      place->height = round_nearest (place->height, factor);
    }
  canvas->width = round_up (place->width, factor);
  canvas->height = round_up (place->height, factor);
  canvas->result_width = place->width;
  canvas->result_height = place->height;
}

/* Puts the start picture on the canvas; says in known where it lies. */
static void
paste (GsCanvas *canvas, const GsImage *image, const Placement *place, float *known)
{
  g_autoptr (GsImage) rgb = fit (image, 3, place->width, place->height, GS_IMAGE_LANCZOS);

  for (guint32 y = 0; y < place->height; y++)
    {
      gsize at = (gsize) (place->top + y) * canvas->width + place->left;
      const guint8 *row = rgb->pixels + (gsize) 3 * y * place->width;

      for (guint32 i = 0; i < 3 * place->width; i++)
        canvas->pixels[3 * at + i] = row[i] / 255.0f;
      for (guint32 x = 0; x < place->width; x++)
        known[at + x] = 1;
    }
}

/* The asked-for mask on the canvas: 1 wherever the picture was grown. (H, W) in 0..1. */
static float *
read_mask (const GsCanvas *canvas, const GsRequest *r, const Placement *place, const float *known)
{
  gsize n = (gsize) canvas->width * canvas->height;
  float *mask = g_new0 (float, n);
  g_autoptr (GsImage) luma = NULL;

  if (has_outpaint (r))
    for (gsize i = 0; i < n; i++)
      mask[i] = 1 - known[i];
  if (r->mask == NULL)
    return mask;
  luma = fit (r->mask, 1, place->width, place->height, GS_IMAGE_BILINEAR);
  for (guint32 y = 0; y < place->height; y++)
    for (guint32 x = 0; x < place->width; x++)
      mask[(gsize) (place->top + y) * canvas->width + place->left + x]
          = luma->pixels[(gsize) y * place->width + x] / 255.0f;
  return mask;
}

/* alpha = the mask with its soft edge; repaint = where that is half or more, or the mask is. */
static void
soften (GsCanvas *canvas, const float *mask, guint feather)
{
  gsize n = (gsize) canvas->width * canvas->height;
  g_autofree guint8 *inside = g_new (guint8, n);
  g_autofree float *distance = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    inside[i] = mask[i] >= 0.5f;
  gs_distance_to (inside, canvas->width, canvas->height, distance);

  canvas->alpha = g_new (float, n);
  canvas->repaint = g_new (float, n);
  for (gsize i = 0; i < n; i++)
    {
      float edge = distance[i] > feather ? 0 : 1 - distance[i] / (feather + 1.0f);

      canvas->alpha[i] = MAX (mask[i], edge);
      canvas->repaint[i] = canvas->alpha[i] >= 0.5f;
    }
}

static void
keep_original (GsCanvas *canvas)
{
  canvas->original = g_new (guint8, (gsize) canvas->result_width * canvas->result_height * 3);
  for (guint32 y = 0; y < canvas->result_height; y++)
    for (guint32 i = 0; i < 3 * canvas->result_width; i++)
      canvas->original[(gsize) y * 3 * canvas->result_width + i]
          = (guint8) lrintf (255 * CLAMP (canvas->pixels[(gsize) y * 3 * canvas->width + i], 0, 1));
}

static gboolean
check (const GsRequest *r, GError **error)
{
  const GsImage *image = r->init_image;

  if (image == NULL && (r->mask != NULL || has_outpaint (r)))
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "Repainting and outpainting need a picture to start from");
  else if (r->mask != NULL
           && (r->mask->width != image->width || r->mask->height != image->height))
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "The mask is %u x %u pixels large but the picture is %u x %u; they must agree",
                 r->mask->width, r->mask->height, image->width, image->height);
  else if (image == NULL && (r->width == 0 || r->height == 0))
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "Give the picture a width and a height");
  else if (r->width > MAX_SIDE || r->height > MAX_SIDE) /* before anything is added to them */
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "A picture of %u x %u pixels cannot be made: sides are at most %u pixels", r->width,
                 r->height, MAX_SIDE);
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_size (const GsCanvas *canvas, guint32 factor, GError **error)
{
  if (canvas->width >= 8 * factor && canvas->height >= 8 * factor && canvas->width <= MAX_SIDE
      && canvas->height <= MAX_SIDE)
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
               "A picture of %u x %u pixels cannot be made: sides are from %u to %u pixels",
               canvas->width, canvas->height, 8 * factor, MAX_SIDE);
  return FALSE;
}

GsCanvas *
gs_canvas_new (const GsRequest *request, guint32 factor, GError **error)
{
  g_autoptr (GsCanvas) canvas = g_new0 (GsCanvas, 1);
  g_autofree float *known = NULL;
  Placement where;

  if (!check (request, error))
    return NULL;
  if (request->init_image == NULL)
    {
      canvas->width = canvas->result_width = round_nearest (request->width, factor);
      canvas->height = canvas->result_height = round_nearest (request->height, factor);
      return check_size (canvas, factor, error) ? g_steal_pointer (&canvas) : NULL;
    }

  place (request, factor, canvas, &where);
  if (!check_size (canvas, factor, error))
    return NULL;
  canvas->pixels = g_new0 (float, (gsize) canvas->width * canvas->height * 3);
  known = g_new0 (float, (gsize) canvas->width * canvas->height);
  paste (canvas, request->init_image, &where, known);
  gs_fill_smoothly (canvas->pixels, known, canvas->width, canvas->height);
  if (request->mask != NULL || has_outpaint (request))
    {
      g_autofree float *mask = read_mask (canvas, request, &where, known);

      soften (canvas, mask, request->mask_feather);
      keep_original (canvas);
    }
  return g_steal_pointer (&canvas);
}
