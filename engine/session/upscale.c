/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A picture to another size: through an upscaler as often as it takes, the rest by resizing.
 */
#include "gs.h"

#include <math.h>

#include "session/upscaler.h"

#define MAX_SCALE 16.0
#define MAX_PASSES 4 /* of an upscaler, on the way to a size */

gboolean
gs_upscale_size (const GsUpscaleOptions *options, guint model_scale, guint *width, guint *height,
                 GError **error)
{
  const double scale = options->scale > 0 ? options->scale : model_scale > 0 ? model_scale : 2;
  const gboolean is_given = options->width > 0 && options->height > 0;
  const double w = is_given ? options->width : round (*width * scale);
  const double h = is_given ? options->height : round (*height * scale);

  if (w >= 1 && h >= 1 && w <= GS_IMAGE_MAX_SIDE && h <= GS_IMAGE_MAX_SIDE
      && w * h <= GS_IMAGE_MAX_PIXELS && (is_given || scale <= MAX_SCALE))
    {
      *width = (guint) w;
      *height = (guint) h;
      return TRUE;
    }
  g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
               "A picture of %u x %u cannot be made %.0f x %.0f; choose a smaller scale", *width,
               *height, w, h);
  return FALSE;
}

GsImage *
gs_upscale_to (GsUpscaler *upscaler, GsSession *session, const GsImage *image, guint width,
               guint height, guint tile, GError **error)
{
  const guint scale = upscaler != NULL ? gs_upscaler_get_config (upscaler)->scale : 0;
  g_autoptr (GsImage) grown = NULL;

  for (guint i = 0; i < MAX_PASSES && upscaler != NULL; i++)
    {
      const GsImage *from = grown != NULL ? grown : image;
      GsImage *next;

      /* One that changes no size is run once; others until what is wanted is reached. */
      if (i > 0 && (scale <= 1 || (from->width >= width && from->height >= height)))
        break;
      next = gs_upscaler_run (upscaler, session, from, tile, error);
      if (next == NULL)
        return NULL;
      gs_image_free (grown);
      grown = next;
    }
  return gs_image_resize (grown != NULL ? grown : image, width, height, GS_IMAGE_LANCZOS);
}

GsImage *
gs_session_upscale (GsSession *session, const GsImage *image, const GsUpscaleOptions *options,
                    GsProgressFunc progress, gpointer user_data, GError **error)
{
  g_autoptr (GsUpscaler) upscaler = NULL;
  guint width = image->width, height = image->height, scale = 0;
  GsImage *result;

  if (options->tile != 0 && (options->tile < 32 || options->tile > 4096))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "The tile must be from 32 to 4096 pixels, or 0 for as large as memory allows");
      return NULL;
    }
  if (options->model != NULL)
    {
      upscaler = gs_upscaler_open (session, options->model, error);
      if (upscaler == NULL)
        return NULL;
      scale = gs_upscaler_get_config (upscaler)->scale;
    }
  if (!gs_upscale_size (options, scale, &width, &height, error))
    return NULL;
  if (upscaler == NULL)
    return gs_upscale_to (NULL, NULL, image, width, height, 0, error);
  gs_progress_begin (&session->progress, session->device, progress, user_data, NULL);
  result = gs_upscale_to (upscaler, session, image, width, height, options->tile, error);
  gs_progress_end (&session->progress);
  return result;
}
