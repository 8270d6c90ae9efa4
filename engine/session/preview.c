/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The linear map of SD 1.x's own autoencoder is the commonly used one, measured by Keturn
 * (discuss.huggingface.co/t/23204, "Decoding latents to RGB without upscaling") on decoded
 * pictures. For any other autoencoder it is measured here, once: smooth random latents are decoded,
 * and the map is the least squares solution from a latent pixel to the mean colour of its square.
 * (On the starter model's own pictures it explains 85, 87 and 81 % of red's, green's and blue's
 * variance; the best linear map, fitted to those pictures, 89, 92 and 86 %.)
 */
#include "session/preview.h"

#include <math.h>

#include "session/autoencoder.h"
#include "session/model.h"
#include "session/resample.h"

#define MEASURED_SIDE 16 /* of the latents to measure with */
#define SD1_CHANNELS 128 /* of SD 1.x's autoencoder at full size */
#define RIDGE 1e-4

/* Sides of the coarse noise that the latents to measure with are enlarged from. */
static const guint32 coarseness[] = { 2, 4, 8, MEASURED_SIDE };

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

/* A latent of about unit variance that varies over a few of its pixels. (side, side, n). */
static void
draw_latent (GRand *random, guint32 coarse_side, guint32 side, guint n, float *out)
{
  gsize count = (gsize) coarse_side * coarse_side * n;
  g_autofree float *coarse = g_new (float, count);

  for (gsize i = 0; i < count; i++)
    {
      double sum = 0;

      for (guint k = 0; k < 4; k++)
        sum += g_rand_double_range (random, -1, 1);
      coarse[i] = (float) sum;
    }
  gs_resample (coarse, coarse_side, coarse_side, out, side, side, n);
}

/* The mean colour of each factor x factor square, as a screen shows it: (side^2, 3) in -1..1. */
static void
mean_colours (const float *image, guint32 side, guint32 factor, float *out)
{
  guint32 pixels = side * factor;

  memset (out, 0, (gsize) side * side * 3 * sizeof *out);
  for (guint c = 0; c < 3; c++)
    for (guint32 y = 0; y < pixels; y++)
      for (guint32 x = 0; x < pixels; x++)
        out[((gsize) (y / factor) * side + x / factor) * 3 + c]
            += CLAMP (image[((gsize) c * pixels + y) * pixels + x], -1.0f, 1.0f)
               / (factor * factor);
}

/* Decodes one random latent; values: (side^2, n), colours: (side^2, 3). */
static gboolean
measure_one (GsSession *session, GRand *random, guint32 coarse_side, float *values, float *colours,
             GError **error)
{
  guint n = session->model->config.vae.latent_channels;
  guint32 factor = gs_latent_factor (session), side = MEASURED_SIDE;
  gsize count = (gsize) side * side;
  g_autofree float *latent = g_new (float, n * count);
  g_autofree float *image = g_new (float, 3 * count * factor * factor);

  draw_latent (random, coarse_side, side, n, values);
  for (gsize i = 0; i < count; i++)
    for (guint k = 0; k < n; k++)
      latent[k * count + i] = values[i * n + k];
  if (!gs_vae_decode (session, latent, side, side, 0, image, error))
    return FALSE;
  mean_colours (image, side, factor, colours);
  return TRUE;
}

static gboolean
measure (GsSession *session, GError **error)
{
  GsModel *model = session->model;
  guint n = model->config.vae.latent_channels;
  gsize count = MEASURED_SIDE * MEASURED_SIDE, total = count * G_N_ELEMENTS (coarseness);
  g_autofree float *values = g_new (float, n * total);
  g_autofree float *colours = g_new (float, 3 * total);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (guint i = 0; i < G_N_ELEMENTS (coarseness); i++)
    if (!measure_one (session, random, coarseness[i], values + i * n * count,
                      colours + i * 3 * count, error))
      return FALSE;
  if (gs_fit_colours (values, colours, total, n, model->preview))
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
  return config->family != GS_FAMILY_SD1 || config->vae.latent_channels != 4
         || config->vae.channels[0] != SD1_CHANNELS;
}

GsProgram *
gs_preview_program (GsSession *session, GsPreview kind, GError **error)
{
  GsModel *model = session->model;

  if (kind == GS_PREVIEW_NONE || model->has_preview || gs_preview_uses_taesd (session, kind)
      || !needs_measuring (&model->config))
    return NULL;
  return gs_vae_decode_program (session, MEASURED_SIDE, MEASURED_SIDE, error);
}

gboolean
gs_preview_prepare (GsSession *session, GsPreview kind, GError **error)
{
  GsModel *model = session->model;

  if (kind == GS_PREVIEW_NONE || model->has_preview || gs_preview_uses_taesd (session, kind))
    return TRUE;
  if (!needs_measuring (&model->config))
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
