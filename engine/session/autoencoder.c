/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The autoencoder's programs and how pictures go through them. A latent is
 *
 *   scaling_factor (mean + exp (log_variance / 2) noise - shift_factor)
 *
 * with the logarithm clamped to -30..20 (Rombach et al., appendix G; diffusers'
 * DiagonalGaussianDistribution).
 */
#include "session/autoencoder.h"

#include <math.h>

#include "models/taesd.h"
#include "models/vae.h"
#include "session/memory-stages.h"
#include "session/model.h"
#include "session/tiles.h"

#define TILE_OVERLAP 4 /* tiles overlap by this part of their side: a quarter */

guint32
gs_latent_factor (GsSession *session)
{
  return 1u << (session->model->config.vae.n_levels - 1);
}

typedef GsTensor *(*BuildFunc) (GsGraph *g, GsModel *model, GsTensor *x);

static GsTensor *
build_encoder (GsGraph *g, GsModel *model, GsTensor *x)
{
  return gs_vae_encoder (g, &model->config.vae, x);
}

static GsTensor *
build_decoder (GsGraph *g, GsModel *model, GsTensor *x)
{
  return gs_vae_decoder (g, &model->config.vae, x);
}

static GsTensor *
build_taesd (GsGraph *g, GsModel *model, GsTensor *x)
{
  return gs_taesd_decoder (g, &model->config.taesd, x);
}

static GsProgram *
program (GsSession *session, const char *component, const char *what, BuildFunc build,
         GsDtype dtype, GsShape input, GError **error)
{
  g_autofree char *key = g_strdup_printf ("%s %s %s %ux%u", component, what, gs_dtype_name (dtype),
                                          input.w, input.h);
  GsModel *model = session->model;
  GsProgram *found = gs_model_find_program (model, key);
  GsGraph *g;

  if (found != NULL)
    return found;
  g = gs_graph_new (component, dtype, gs_model_get_weights (model));
  gs_graph_output (g, build (g, model, gs_graph_input (g, "x", input, dtype)));
  return gs_model_add_program (model, session->arena, key, g, error);
}

static GsDtype
vae_dtype (GsSession *session)
{
  return session->model->vae_needs_f32 ? GS_DTYPE_F32 : session->dtype;
}

GsProgram *
gs_vae_encode_program (GsSession *session, guint32 width, guint32 height, GError **error)
{
  guint32 factor = gs_latent_factor (session);

  return program (session, "vae", "encode", build_encoder, vae_dtype (session),
                  (GsShape) { 1, height * factor, width * factor, 3 }, error);
}

GsProgram *
gs_vae_decode_program (GsSession *session, guint32 width, guint32 height, GError **error)
{
  guint32 channels = session->model->config.vae.latent_channels;

  return program (session, "vae", "decode", build_decoder, vae_dtype (session),
                  (GsShape) { 1, height, width, channels }, error);
}

GsProgram *
gs_taesd_program (GsSession *session, guint32 width, guint32 height, GError **error)
{
  guint32 channels = session->model->config.taesd.latent_channels;

  return program (session, "taesd", "decode", build_taesd, session->dtype,
                  (GsShape) { 1, height, width, channels }, error);
}

gboolean
gs_run_picture_program (GsProgram *self, const float *in, guint32 channels, guint32 width,
                        guint32 height, float *out, gsize n_out, GError **error)
{
  return gs_program_set_nchw (self, "x", in, 1, channels, height, width, error)
         && gs_program_run (self, error)
         && gs_program_get_nchw (self, 0, out, n_out, error);
}

/* (3, H, W) -> moments (2 Z, H / f, W / f) */
static gboolean
encode_tile (const float *in, guint32 width, guint32 height, float *out, gpointer user_data,
             GError **error)
{
  GsSession *session = user_data;
  guint32 factor = gs_latent_factor (session);
  guint32 w = width / factor, h = height / factor;
  gsize n = (gsize) 2 * session->model->config.vae.latent_channels * w * h;
  GsProgram *encoder = gs_vae_encode_program (session, w, h, error);

  return encoder != NULL
         && gs_run_picture_program (encoder, in, 3, width, height, out, n, error);
}

static gboolean
decode_tile (const float *in, guint32 width, guint32 height, float *out, gpointer user_data,
             GError **error)
{
  GsSession *session = user_data;
  guint32 factor = gs_latent_factor (session);
  gsize n = (gsize) 3 * width * height * factor * factor;
  GsProgram *decoder = gs_vae_decode_program (session, width, height, error);

  return decoder != NULL
         && gs_run_picture_program (decoder, in, session->model->config.vae.latent_channels, width,
                                    height, out, n, error);
}

static gboolean
is_tiled (guint tile, guint32 width, guint32 height)
{
  return tile > 0 && (width > tile || height > tile);
}

/* One way through the autoencoder: sizes of the latent. */
typedef gboolean (*Pass) (GsSession *session, const float *in, guint32 width, guint32 height,
                          guint tile, float *out, GError **error);

static gboolean
encode_moments (GsSession *session, const float *image, guint32 width, guint32 height, guint tile,
                float *moments, GError **error)
{
  const GsVaeConfig *config = &session->model->config.vae;
  const guint32 factor = gs_latent_factor (session);

  if (!is_tiled (tile, width, height))
    return encode_tile (image, width * factor, height * factor, moments, session, error);
  return gs_run_tiled (&(GsTiling) { .in_channels = 3,
                                     .out_channels = 2 * config->latent_channels,
                                     .in_scale = factor, .out_scale = 1,
                                     .width = width, .height = height,
                                     .tile = tile, .overlap = tile / TILE_OVERLAP },
                       image, moments, encode_tile, session, error);
}

static gboolean
decode_scaled (GsSession *session, const float *latent, guint32 width, guint32 height, guint tile,
               float *image, GError **error)
{
  const GsVaeConfig *config = &session->model->config.vae;

  if (!is_tiled (tile, width, height))
    return decode_tile (latent, width, height, image, session, error);
  return gs_run_tiled (&(GsTiling) { .in_channels = config->latent_channels, .out_channels = 3,
                                     .in_scale = 1, .out_scale = gs_latent_factor (session),
                                     .width = width, .height = height,
                                     .tile = tile, .overlap = tile / TILE_OVERLAP },
                       latent, image, decode_tile, session, error);
}

static gboolean
is_finite (const float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!isfinite (values[i]))
      return FALSE;
  return TRUE;
}

/* SDXL's autoencoder was trained in float and exceeds the range of halves: what comes out of it is no
 * numbers then, and it is run in single precision, now and from now on. */
static gboolean
try_pass (GsSession *session, Pass pass, const float *in, gsize n_in, guint32 width,
          guint32 height, guint tile, float *out, gsize n_out, GError **error)
{
  if (!pass (session, in, width, height, tile, out, error))
    return FALSE;
  if (vae_dtype (session) == GS_DTYPE_F32 || is_finite (out, n_out) || !is_finite (in, n_in))
    return TRUE;
  session->model->vae_needs_f32 = TRUE;
  return gs_memory_fit_tile (session, width, height, pass == encode_moments, &tile, error)
         && pass (session, in, width, height, tile, out, error);
}

/* Without device memory once more, with less of it. */
static gboolean
run_pass (GsSession *session, Pass pass, const float *in, gsize n_in, guint32 width,
          guint32 height, guint tile, float *out, gsize n_out, GError **error)
{
  GError *failure = NULL;

  while (!try_pass (session, pass, in, n_in, width, height, tile, out, n_out, &failure))
    {
      if (!gs_memory_fall_back (session, &failure))
        {
          g_propagate_error (error, failure);
          return FALSE;
        }
      tile = gs_memory_tile (session, tile);
    }
  return TRUE;
}

gboolean
gs_vae_encode_moments (GsSession *session, const float *image, guint32 width, guint32 height,
                       guint tile, float *moments, GError **error)
{
  const guint32 factor = gs_latent_factor (session);
  const gsize n = (gsize) session->model->config.vae.latent_channels * (width / factor)
                  * (height / factor);

  return run_pass (session, encode_moments, image, (gsize) 3 * width * height, width / factor,
                   height / factor, tile, moments, 2 * n, error);
}

void
gs_vae_sample (const GsVaeConfig *config, const float *moments, const float *noise, gsize n,
               float *latent)
{
  for (gsize i = 0; i < n; i++)
    {
      float value = moments[i];

      if (noise != NULL)
        value += expf (0.5f * CLAMP (moments[n + i], -30.0f, 20.0f)) * noise[i];
      latent[i] = (float) ((value - config->shift_factor) * config->scaling_factor);
    }
}

gboolean
gs_vae_encode (GsSession *session, const float *image, guint32 width, guint32 height,
               const float *noise, guint tile, float *latent, GError **error)
{
  const GsVaeConfig *config = &session->model->config.vae;
  guint32 factor = gs_latent_factor (session);
  gsize n = (gsize) config->latent_channels * (width / factor) * (height / factor);
  g_autofree float *moments = g_new (float, 2 * n);

  if (!gs_vae_encode_moments (session, image, width, height, tile, moments, error))
    return FALSE;
  gs_vae_sample (config, moments, noise, n, latent);
  return TRUE;
}

gboolean
gs_vae_decode (GsSession *session, const float *latent, guint32 width, guint32 height, guint tile,
               float *image, GError **error)
{
  const GsVaeConfig *config = &session->model->config.vae;
  gsize n = (gsize) config->latent_channels * width * height;
  g_autofree float *scaled = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    scaled[i] = (float) (latent[i] / config->scaling_factor + config->shift_factor);
  return run_pass (session, decode_scaled, scaled, n, width, height, tile, image,
                   (gsize) 3 * width * height * gs_latent_factor (session)
                       * gs_latent_factor (session), error);
}

gboolean
gs_taesd_decode (GsSession *session, const float *latent, guint32 width, guint32 height,
                 float *image, GError **error)
{
  GsProgram *decoder = gs_taesd_program (session, width, height, error);

  return decoder != NULL
         && gs_run_picture_program (decoder, latent, session->model->config.taesd.latent_channels,
                                    width, height, image, (gsize) 3 * 64 * width * height, error);
}
