/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures in memory: making, copying, other channels. Resizing is in image-resize.c, files in png.c. */
#include "io/image.h"

#include "base/error.h"

#include <string.h>

GsImage *
gs_image_try_new (guint width, guint height, guint channels, GError **error)
{
  GsImage *image;
  gsize n_bytes;
  guint8 *pixels;

  if (width == 0 || height == 0 || width > GS_IMAGE_MAX_SIDE || height > GS_IMAGE_MAX_SIDE ||
      (guint64) width * height > GS_IMAGE_MAX_PIXELS)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "A picture of %u x %u pixels is not possible; each side may have 1 to %u and both "
                   "together %u million pixels",
                   width, height, GS_IMAGE_MAX_SIDE, GS_IMAGE_MAX_PIXELS / 1000000);
      return NULL;
    }
  if (channels != 1 && channels != 3 && channels != 4)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "A picture has 1, 3 or 4 channels, not %u", channels);
      return NULL;
    }
  n_bytes = (gsize) width * height * channels;
  pixels = g_try_malloc0 (n_bytes);
  if (pixels == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
                   "There is no memory for a picture of %u x %u pixels (%" G_GSIZE_FORMAT " MiB)", width,
                   height, n_bytes >> 20);
      return NULL;
    }
  image = g_new (GsImage, 1);
  *image = (GsImage) { .width = width, .height = height, .channels = channels, .pixels = pixels };
  return image;
}

GsImage *
gs_image_new (guint width, guint height, guint channels)
{
  g_autoptr (GError) error = NULL;
  GsImage *image = gs_image_try_new (width, height, channels, &error);

  if (image == NULL)
    g_error ("%s", error->message);
  return image;
}

void
gs_image_free (GsImage *image)
{
  if (image == NULL)
    return;
  g_free (image->pixels);
  g_free (image);
}

GsImage *
gs_image_copy (const GsImage *image)
{
  GsImage *copy = g_new (GsImage, 1);

  *copy = *image;
  copy->pixels = g_memdup2 (image->pixels, (gsize) image->width * image->height * image->channels);
  return copy;
}

/* ---- Channels ------------------------------------------------------------------------------- */

static guint8
luma (const guint8 *rgb)
{
  return (guint8) ((299u * rgb[0] + 587u * rgb[1] + 114u * rgb[2] + 500u) / 1000u);
}

static guint8
over_white (guint8 value, guint8 alpha)
{
  return (guint8) ((value * alpha + 255u * (255u - alpha) + 127u) / 255u);
}

static void
convert_pixel (const guint8 *from, guint n_from, guint8 *to, guint n_to)
{
  if (n_to == 1)
    {
      to[0] = n_from == 1 ? from[0] : luma (from);
      return;
    }
  for (guint c = 0; c < 3; c++)
    {
      to[c] = from[n_from == 1 ? 0 : c];
      if (n_from == 4 && n_to == 3)
        to[c] = over_white (to[c], from[3]);
    }
  if (n_to == 4)
    to[3] = n_from == 4 ? from[3] : 255;
}

GsImage *
gs_image_convert (const GsImage *image, guint channels)
{
  gsize n_pixels = (gsize) image->width * image->height;
  GsImage *converted;

  g_return_val_if_fail (channels == 1 || channels == 3 || channels == 4, NULL);
  if (channels == image->channels)
    return gs_image_copy (image);
  converted = g_new (GsImage, 1);
  *converted = *image;
  converted->channels = channels;
  converted->pixels = g_malloc (n_pixels * channels);
  for (gsize i = 0; i < n_pixels; i++)
    convert_pixel (image->pixels + i * image->channels, image->channels,
                   converted->pixels + i * channels, channels);
  return converted;
}
