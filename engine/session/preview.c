/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The linear map of SD 1.x's own autoencoder is the commonly used one, measured by Keturn
 * (discuss.huggingface.co/t/23204, "Decoding latents to RGB without upscaling") on decoded
 * pictures. For any other autoencoder it is measured here, once: a picture of coloured patches is
 * encoded, and the map is the least squares solution from the latent to the mean colour under each
 * latent pixel.
 */
#include "session/preview.h"

#include <math.h>

#include "session/autoencoder.h"
#include "session/model.h"

#define PATCHES 24           /* in the picture to measure with */
#define MEASURED_SIDE 16     /* of it, in latent pixels        */
#define SD1_CHANNELS 128     /* of SD 1.x's autoencoder at full size */
#define RIDGE 1e-4

/* RGB in -1..1 */
static const float sd1_map[3][5] = {
  { 0.3512f, 0.3250f, -0.2829f, -0.2120f, 0 },
  { 0.2297f, 0.4974f, 0.1762f, -0.2616f, 0 },
  { 0.3227f, 0.2350f, 0.2721f, -0.7177f, 0 },
};

/* Solves a x = b for a symmetric positive definite a of n rows, in place (Gauss, no pivoting). */
static gboolean
solve (double *a, double *b, guint n, guint n_right)
{
  for (guint k = 0; k < n; k++)
    {
      if (!(fabs (a[k * n + k]) > 1e-12))
        return FALSE;
      for (guint i = k + 1; i < n; i++)
        {
          double factor = a[i * n + k] / a[k * n + k];

          for (guint j = k; j < n; j++)
            a[i * n + j] -= factor * a[k * n + j];
          for (guint c = 0; c < n_right; c++)
            b[i * n_right + c] -= factor * b[k * n_right + c];
        }
    }
  for (guint k = n; k-- > 0;)
    for (guint c = 0; c < n_right; c++)
      {
        for (guint j = k + 1; j < n; j++)
          b[k * n_right + c] -= a[k * n + j] * b[j * n_right + c];
        b[k * n_right + c] /= a[k * n + k];
      }
  return TRUE;
}

gboolean
gs_fit_colours (const float *values, const float *colours, gsize count, guint n, float *map)
{
  guint m = n + 1;
  g_autofree double *a = g_new0 (double, m * m);
  g_autofree double *b = g_new0 (double, m * 3);
  g_autofree double *row = g_new (double, m);

  for (gsize s = 0; s < count; s++)
    {
      for (guint i = 0; i < n; i++)
        row[i] = values[s * n + i];
      row[n] = 1;
      for (guint i = 0; i < m; i++)
        {
          for (guint j = 0; j < m; j++)
            a[i * m + j] += row[i] * row[j];
          for (guint c = 0; c < 3; c++)
            b[i * 3 + c] += row[i] * colours[s * 3 + c];
        }
    }
  for (guint i = 0; i < n; i++)
    a[i * m + i] += RIDGE * count;
  if (!solve (a, b, m, 3))
    return FALSE;
  for (guint c = 0; c < 3; c++)
    for (guint i = 0; i < m; i++)
      map[c * m + i] = (float) b[i * 3 + c];
  return TRUE;
}

/* Patches of many colours that fade at their edges, over a gradient. (3, side, side) in -1..1. */
static float *
draw_patches (guint32 side)
{
  gsize plane = (gsize) side * side;
  float *image = g_new (float, 3 * plane);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (guint c = 0; c < 3; c++)
    for (gsize i = 0; i < plane; i++)
      image[c * plane + i] = (float) ((c == 1 ? i / side : c == 0 ? i % side : side - 1 - i / side)
                                      * 2.0 / (side - 1) - 1);
  for (guint p = 0; p < PATCHES; p++)
    {
      double x0 = g_rand_double (random) * side, y0 = g_rand_double (random) * side;
      double radius = (0.06 + 0.16 * g_rand_double (random)) * side;
      double colour[3];

      for (guint c = 0; c < 3; c++)
        colour[c] = g_rand_double_range (random, -1, 1);
      for (gsize i = 0; i < plane; i++)
        {
          double distance = hypot (i % side - x0, (double) (i / side) - y0);
          double cover = CLAMP ((radius - distance) / 4 + 0.5, 0, 1);

          for (guint c = 0; c < 3; c++)
            image[c * plane + i] += (float) (cover * (colour[c] - image[c * plane + i]));
        }
    }
  return image;
}

/* The mean colour of each factor x factor square, (side^2, 3). */
static float *
mean_colours (const float *image, guint32 side, guint32 factor)
{
  guint32 pixels = side * factor;
  float *out = g_new0 (float, (gsize) side * side * 3);

  for (guint c = 0; c < 3; c++)
    for (guint32 y = 0; y < pixels; y++)
      for (guint32 x = 0; x < pixels; x++)
        out[((gsize) (y / factor) * side + x / factor) * 3 + c]
            += image[((gsize) c * pixels + y) * pixels + x] / (factor * factor);
  return out;
}

static gboolean
measure (GsSession *session, GError **error)
{
  GsModel *model = session->model;
  guint n = model->config.vae.latent_channels;
  guint32 factor = gs_latent_factor (session), side = MEASURED_SIDE;
  gsize count = (gsize) side * side;
  g_autofree float *image = draw_patches (side * factor);
  g_autofree float *colours = mean_colours (image, side, factor);
  g_autofree float *latent = g_new (float, n * count);
  g_autofree float *values = g_new (float, n * count);

  if (!gs_vae_encode (session, image, side * factor, side * factor, NULL, 0, latent, error))
    return FALSE;
  for (gsize i = 0; i < count; i++)
    for (guint k = 0; k < n; k++)
      values[i * n + k] = latent[k * count + i];
  if (gs_fit_colours (values, colours, count, n, model->preview))
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
               "This model's latents do not show colours; switch previews off");
  return FALSE;
}

gboolean
gs_preview_uses_taesd (GsSession *session, GsPreview kind)
{
  const GsModelConfig *config = &session->model->config;

  return kind == GS_PREVIEW_BEST && config->has[GS_COMPONENT_TAESD] && config->taesd.has_decoder
         && config->taesd.latent_channels == config->vae.latent_channels
         && gs_latent_factor (session) == 8;
}

/* Whether the autoencoder is one that sd1_map was not made for. */
static gboolean
needs_measuring (const GsModelConfig *config)
{
  const GsVaeConfig *vae = &config->vae;

  return vae->has_encoder
         && (config->family != GS_FAMILY_SD1 || vae->latent_channels != 4
             || vae->channels[0] != SD1_CHANNELS);
}

GsProgram *
gs_preview_program (GsSession *session, GsPreview kind, GError **error)
{
  GsModel *model = session->model;

  if (kind == GS_PREVIEW_NONE || model->has_preview || gs_preview_uses_taesd (session, kind)
      || !needs_measuring (&model->config))
    return NULL;
  return gs_vae_encode_program (session, MEASURED_SIDE, MEASURED_SIDE, error);
}

gboolean
gs_preview_prepare (GsSession *session, GsPreview kind, GError **error)
{
  GsModel *model = session->model;

  if (kind == GS_PREVIEW_NONE || model->has_preview || gs_preview_uses_taesd (session, kind))
    return TRUE;
  if (!needs_measuring (&model->config) && model->config.vae.latent_channels == 4)
    memcpy (model->preview, sd1_map, sizeof sd1_map);
  else if (!measure (session, error))
    return FALSE;
  model->has_preview = TRUE;
  return TRUE;
}

static GsImage *
project (GsModel *model, const float *latent, guint32 width, guint32 height, guint32 enlarge)
{
  guint n = model->config.vae.latent_channels;
  gsize plane = (gsize) width * height;
  g_autoptr (GsImage) small = gs_image_new (width, height, 3);

  for (gsize i = 0; i < plane; i++)
    for (guint c = 0; c < 3; c++)
      {
        const float *map = model->preview + c * (n + 1);
        float value = map[n];

        for (guint k = 0; k < n; k++)
          value += map[k] * latent[k * plane + i];
        small->pixels[3 * i + c] = (guint8) lrintf (255 * CLAMP (value * 0.5f + 0.5f, 0.0f, 1.0f));
      }
  return gs_image_resize (small, width * enlarge, height * enlarge, GS_IMAGE_BILINEAR);
}

static GsImage *
decode (GsSession *session, const float *latent, guint32 width, guint32 height, GError **error)
{
  gsize plane = (gsize) 64 * width * height;
  g_autofree float *picture = g_new (float, 3 * plane);
  GsImage *image;

  if (!gs_taesd_decode (session, latent, width, height, picture, error))
    return NULL;
  image = gs_image_new (8 * width, 8 * height, 3);
  for (gsize i = 0; i < plane; i++)
    for (guint c = 0; c < 3; c++)
      image->pixels[3 * i + c]
          = (guint8) lrintf (255 * CLAMP (picture[c * plane + i], 0.0f, 1.0f));
  return image;
}

GsImage *
gs_preview_new (GsSession *session, GsPreview kind, const float *latent, guint32 width,
                guint32 height, guint32 enlarge, GError **error)
{
  if (gs_preview_uses_taesd (session, kind))
    return decode (session, latent, width, height, error);
  return project (session->model, latent, width, height, enlarge);
}
