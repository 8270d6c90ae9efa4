/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keeping steps, and showing them.
 */
#include "session/steps.h"

#include <string.h>

#include "session/autoencoder.h"
#include "session/latents.h"
#include "session/model.h"
#include "session/preview.h"

GsSteps *
gs_steps_new (const GsSteps *like, GError **error)
{
  const gsize n = (gsize) like->n + 1;
  g_autoptr (GsSteps) steps = g_new (GsSteps, 1);

  *steps = *like;
  steps->n_refs = 1;
  steps->n_kept = 0;
  steps->canvas = gs_canvas_ref (like->canvas);
  steps->sigmas = g_new0 (double, n);
  steps->n_drawn = g_new0 (guint, n);
  steps->noise = g_try_new (float, gs_steps_elements (steps));
  steps->x = g_try_new (float, n * gs_steps_elements (steps));
  steps->x0 = g_try_new (float, n * gs_steps_elements (steps));
  if (steps->noise != NULL && steps->x != NULL && steps->x0 != NULL)
    return g_steal_pointer (&steps);
  g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
               "There is no memory to keep the latents of %u steps; do without them", like->n);
  return NULL;
}

GsSteps *
gs_steps_ref (GsSteps *steps)
{
  g_atomic_int_inc (&steps->n_refs);
  return steps;
}

void
gs_steps_unref (GsSteps *steps)
{
  if (steps == NULL || !g_atomic_int_dec_and_test (&steps->n_refs))
    return;
  gs_canvas_unref (steps->canvas);
  g_free (steps->noise);
  g_free (steps->x);
  g_free (steps->x0);
  g_free (steps->sigmas);
  g_free (steps->n_drawn);
  g_free (steps);
}

guint
gs_steps_get_n (const GsSteps *steps)
{
  return steps->n;
}

guint64
gs_steps_get_bytes (const GsSteps *steps)
{
  return (2 * ((guint64) steps->n + 1) + 1) * gs_steps_elements (steps) * sizeof (float);
}

void
gs_steps_add (GsSteps *steps, const float *x, const float *x0, double sigma, guint n_drawn)
{
  const gsize n = gs_steps_elements (steps);
  const guint k = steps->n_kept;

  g_assert (k <= steps->n);
  memcpy (steps->x + k * n, x, n * sizeof *x);
  /* The last step's estimate is what it left, but for noise that some samplers add. */
  memcpy (steps->x0 + k * n, x0 == NULL || k == steps->n ? x : x0, n * sizeof *x);
  steps->sigmas[k] = sigma;
  steps->n_drawn[k] = n_drawn;
  steps->n_kept++;
}

void
gs_steps_add_from (GsSteps *steps, const GsSteps *other, guint k)
{
  const gsize n = gs_steps_elements (steps);

  g_assert (steps->n_kept == 0 && k <= steps->n && steps->n == other->n);
  memcpy (steps->noise, other->noise, n * sizeof (float));
  memcpy (steps->x, other->x, k * n * sizeof (float));
  memcpy (steps->x0, other->x0, k * n * sizeof (float));
  memcpy (steps->sigmas, other->sigmas, k * sizeof (double));
  memcpy (steps->n_drawn, other->n_drawn, k * sizeof (guint));
  steps->n_kept = k;
}

GsSteps *
gs_steps_new_until (const GsSteps *steps, guint k, GError **error)
{
  const gsize n = gs_steps_elements (steps);
  GsSteps *begun = gs_steps_new (steps, error);

  if (begun == NULL)
    return NULL;
  gs_steps_add_from (begun, steps, k);
  gs_steps_add (begun, steps->x + k * n, steps->x0 + k * n, steps->sigmas[k], steps->n_drawn[k]);
  return begun;
}

/* ---- Showing -------------------------------------------------------------------------------- */

/* The estimate after a step, or NULL with the reason. */
static const float *
view (GsSession *session, const GsSteps *steps, guint step, GError **error)
{
  if (!gs_session_require_model (session, error))
    return NULL;
  if (steps->channels != session->model->config.vae.latent_channels
      || gs_latent_factor (session) * steps->width != steps->canvas->width)
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "These steps belong to another model; load it first");
  else if (step > steps->n)
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "There is no step %u; %u were kept", step, steps->n);
  else
    return steps->x0 + step * gs_steps_elements (steps);
  return NULL;
}

GsImage *
gs_session_preview_step (GsSession *session, const GsSteps *steps, guint step, GsPreview kind,
                         GError **error)
{
  const float *latent = view (session, steps, step, error);
  GsImage *image;

  if (latent == NULL || !gs_preview_prepare (session, kind, error))
    return NULL;
  image = gs_preview_new (session, kind, latent, steps->width, steps->height,
                          gs_latent_factor (session), error);
  return image != NULL ? gs_canvas_trim (steps->canvas, image) : NULL;
}

GsImage *
gs_session_decode_step (GsSession *session, const GsSteps *steps, guint step,
                        GsProgressFunc progress, gpointer user_data, GError **error)
{
  const float *latent = view (session, steps, step, error);
  GsImage *image = NULL;

  if (latent == NULL)
    return NULL;
  gs_progress_begin (&session->progress, session->device, progress, user_data, NULL);
  if (gs_progress_phase (&session->progress, GS_PHASE_DECODE, 1, error))
    image = gs_latent_picture (session, latent, steps->width, steps->height, steps->tile,
                               steps->canvas, error);
  if (image != NULL && !gs_progress_step (&session->progress, 1, NULL, error))
    g_clear_pointer (&image, gs_image_free);
  gs_progress_end (&session->progress);
  return image;
}
