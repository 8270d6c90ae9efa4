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

/*
 * A preview is made after each step, and a step may take ten milliseconds: so colours are whole
 * numbers of sixteenths of a level here, and places sixteenths of a pixel, which is exact where a
 * latent pixel has up to eight picture pixels. All sums stay below 2^16.
 */
#define PARTS 16

/* RGB of a row of the latent's pixels; out: (width, 3). */
static void
project_row (const GsModel *model, const float *latent, guint32 width, gsize plane, guint16 *out)
{
  const guint n = model->config.vae.latent_channels;

  for (guint32 x = 0; x < width; x++)
    for (guint c = 0; c < 3; c++)
      {
        const float *map = model->preview + c * (n + 1);
        float value = map[n];

        for (guint k = 0; k < n; k++)
          value += map[k] * latent[k * plane + x];
        value = CLAMP (value * 0.5f + 0.5f, 0.0f, 1.0f);
        out[3 * x + c] = (guint16) (value * (255 * PARTS) + 0.5f);
      }
}

/* The centre of pixel i of n * enlarge, among the centres of n. */
static guint32
place (guint32 i, guint32 n, guint32 enlarge)
{
  const gint64 at = ((gint64) i * 2 + 1) * PARTS / (2 * enlarge) - PARTS / 2;

  return (guint32) CLAMP (at, 0, (gint64) (n - 1) * PARTS);
}

/* Sixteen at a time, which compilers make vectors of. */
static void
mix_rows (const guint16 *restrict a, const guint16 *restrict b, guint32 part, gsize n,
          guint8 *restrict out)
{
  const guint16 of_a = (guint16) (PARTS - part), of_b = (guint16) part;
  gsize i = 0;

  for (; i + 16 <= n; i += 16)
    for (guint k = 0; k < 16; k++)
      out[i + k] = (guint8) ((guint16) (a[i + k] * of_a + b[i + k] * of_b + 128) >> 8);
  for (; i < n; i++)
    out[i] = (guint8) ((guint16) (a[i] * of_a + b[i] * of_b + 128) >> 8);
}

static void
enlarge_row (const guint16 *row, const guint32 *places, guint32 width, guint32 n, guint16 *out)
{
  for (guint32 x = 0; x < n; x++)
    {
      const guint32 part = places[x] % PARTS, before = places[x] / PARTS;
      const guint16 *a = row + 3 * before, *b = row + 3 * MIN (before + 1, width - 1);

      for (guint c = 0; c < 3; c++)
        out[3 * x + c] = (guint16) ((a[c] * (PARTS - part) + b[c] * part + PARTS / 2) / PARTS);
    }
}

/* The linear map, then enlarged: along the rows while there are few of them. */
static GsImage *
project (GsModel *model, const float *latent, guint32 width, guint32 height, guint32 enlarge)
{
  const guint32 out_width = width * enlarge;
  const gsize n = (gsize) 3 * out_width;
  g_autofree guint16 *small = g_new (guint16, 3 * width);
  g_autofree guint16 *rows = g_new (guint16, n * height);
  g_autofree guint32 *places = g_new (guint32, out_width);
  GsImage *image = g_new (GsImage, 1);

  *image = (GsImage) { .width = out_width, .height = height * enlarge, .channels = 3 };
  image->pixels = g_malloc (n * image->height);
  for (guint32 x = 0; x < out_width; x++)
    places[x] = place (x, width, enlarge);
  for (guint32 y = 0; y < height; y++)
    {
      project_row (model, latent + (gsize) y * width, width, (gsize) width * height, small);
      enlarge_row (small, places, width, out_width, rows + y * n);
    }
  for (guint32 y = 0; y < image->height; y++)
    {
      const guint32 at = place (y, height, enlarge), before = at / PARTS;

      mix_rows (rows + before * n, rows + MIN (before + 1, height - 1) * n, at % PARTS, n,
                image->pixels + y * n);
    }
  return image;
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
