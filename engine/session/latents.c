/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Latents outlive a failed decode: they are kept with the result, can be decoded again, and saved.
 */
#include "session/latents.h"

#include <math.h>

#include "io/safetensors.h"
#include "session/autoencoder.h"
#include "session/model.h"

void
gs_latents_free (GsLatents *latents)
{
  if (latents == NULL)
    return;
  gs_canvas_unref (latents->canvas);
  g_free (latents->values);
  g_free (latents);
}

/* Half precision may overflow in an autoencoder that was trained in float: say so, rather than
 * give a black picture. */
static gboolean
check_finite (const float *picture, gsize n, GError **error)
{
  for (gsize i = 0; i < n; i++)
    if (!isfinite (picture[i]))
      {
        g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                     "The picture came out as no numbers; try the precision f32");
        return FALSE;
      }
  return TRUE;
}

GsImage *
gs_latent_picture (GsSession *session, const float *latent, guint32 width, guint32 height,
                   guint tile, const GsCanvas *canvas, GError **error)
{
  gsize n = (gsize) 3 * canvas->width * canvas->height;
  g_autofree float *picture = g_new (float, n);

  if (!gs_vae_decode (session, latent, width, height, tile, picture, error)
      || !check_finite (picture, n, error))
    return NULL;
  return gs_canvas_finish (canvas, picture);
}

GsImage *
gs_latents_decode (GsSession *session, const GsLatents *latents, guint i, GError **error)
{
  return gs_latent_picture (session, latents->values + i * gs_latents_elements (latents),
                            latents->width, latents->height, latents->tile, latents->canvas,
                            error);
}

gboolean
gs_session_decode (GsSession *session, GsResult *result, GsProgressFunc progress,
                   gpointer user_data, GError **error)
{
  const GsLatents *latents = result->latents;
  gboolean done;

  if (!gs_session_require_model (session, error))
    return FALSE;
  if (latents == NULL || latents->channels != session->model->config.vae.latent_channels
      || gs_latent_factor (session) * latents->width != latents->canvas->width)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "These latents belong to another model; load it first");
      return FALSE;
    }
  gs_progress_begin (&session->progress, session->device, progress, user_data, &result->timings);
  session->progress.state.coverage = result->coverage;
  done = gs_progress_phase (&session->progress, GS_PHASE_DECODE, result->n_images, error);
  for (guint i = 0; done && i < latents->n; i++)
    {
      gs_progress_image (&session->progress, i, result->n_images);
      if (result->images[i] == NULL)
        result->images[i] = gs_latents_decode (session, latents, i, error);
      done = result->images[i] != NULL
             && gs_progress_finished (&session->progress, i + 1, result, i, error);
    }
  gs_progress_end (&session->progress);
  return done;
}

gboolean
gs_result_save_latents (const GsResult *result, const char *path, GError **error)
{
  const GsLatents *latents = result->latents;
  GsStoredTensor tensor;

  if (latents == NULL || latents->n == 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT, "There are no latents to save");
      return FALSE;
    }
  tensor = (GsStoredTensor) {
    .name = "latents",
    .dtype = GS_DTYPE_F32,
    .n_dims = 4,
    .shape = { latents->n, latents->channels, latents->height, latents->width },
    .data = latents->values,
    .n_bytes = latents->n * gs_latents_elements (latents) * sizeof (float),
  };
  return gs_safetensors_write (path, &tensor, 1, NULL, error);
}

void
gs_result_free (GsResult *result)
{
  if (result == NULL)
    return;
  for (guint i = 0; i < result->n_images; i++)
    gs_image_free (result->images[i]);
  g_free (result->images);
  g_free (result->seeds);
  g_strfreev (result->parameters);
  g_strfreev (result->notes);
  g_free (result->timings.step_seconds);
  gs_latents_free (result->latents);
  gs_image_free (result->coverage);
  for (guint i = 0; result->steps != NULL && i < result->n_images; i++)
    gs_steps_unref (result->steps[i]);
  g_free (result->steps);
  g_free (result);
}
