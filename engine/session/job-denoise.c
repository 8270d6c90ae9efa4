/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One picture of a job: its noise, its steps, what is told of them. */
#include "session/job.h"

#include "base/random.h"
#include "session/autoencoder.h"
#include "session/preview.h"
#include "session/settings.h"

/* What a step needs to know beside the latent. */
typedef struct
{
  GsSession *session;
  GsJob     *job;
  GsRandom  *random;
  GsTimings *timings; /* of the first picture, else NULL */
  gint64     step_started;
} Picture;

static void
draw (float *out, gsize n, gpointer user_data)
{
  gs_random_normal (((Picture *) user_data)->random, out, n);
}

static void
note_time (Picture *picture, guint index, guint n_steps)
{
  gint64 now = g_get_monotonic_time ();
  GsTimings *timings = picture->timings;

  if (timings != NULL && timings->step_seconds == NULL)
    timings->step_seconds = g_new0 (double, n_steps);
  if (timings != NULL)
    {
      timings->step_seconds[index] = (now - picture->step_started) * 1e-6;
      timings->n_steps = index + 1;
    }
  picture->step_started = now;
}

static gboolean
after_step (const GsSamplerStep *step, gpointer user_data, GError **error)
{
  Picture *picture = user_data;
  GsSession *session = picture->session;
  const GsJob *job = picture->job;
  g_autoptr (GsImage) preview = NULL;

  note_time (picture, step->index, step->n_steps);
  session->progress.state.n_steps = step->n_steps;
  if (job->request->preview != GS_PREVIEW_NONE)
    {
      preview = gs_preview_new (session, job->request->preview, step->x0, job->width, job->height,
                                gs_latent_factor (session), error);
      if (preview == NULL)
        return FALSE;
      preview = gs_canvas_trim (job->canvas, g_steal_pointer (&preview));
    }
  return gs_progress_step (&session->progress, step->index + 1, preview, error);
}

/* Latent noise in place of what will be repainted. */
static void
fill_with_noise (const GsJob *job, GsRandom *random, float *init, gsize n)
{
  gsize plane = (gsize) job->width * job->height;
  g_autofree float *noise = g_new (float, n);

  gs_random_normal (random, noise, n);
  for (gsize i = 0; i < n; i++)
    init[i] += job->mask[i % plane] * (noise[i] - init[i]);
}

/* The noise of picture i, turned towards that of the variation seed on the way that keeps its length
 * (Shoemake, "Animating Rotation with Quaternion Curves", 1985), as A1111's subseed does. */
static void
draw_start (const GsJob *job, GsRandom *random, guint i, guint channels, float *noise)
{
  const GsRequest *r = job->request;
  gsize n = (gsize) channels * job->width * job->height;
  g_autoptr (GsRandom) other = NULL;
  g_autofree float *towards = NULL;

  gs_random_normal (random, noise, n);
  if (r->variation_strength == 0)
    return;
  other = gs_random_new (r->rng, gs_request_variation_seed (r, i));
  towards = g_new (float, n);
  gs_random_normal (other, towards, n);
  gs_slerp (r->variation_strength, noise, towards, noise, channels, job->height, job->width);
}

gboolean
gs_job_denoise (GsJob *job, GsSession *session, guint i, GsTimings *timings, float *x,
                GError **error)
{
  const GsRequest *r = job->request;
  GsModel *model = session->model;
  gsize n = (gsize) model->config.vae.latent_channels * job->width * job->height;
  g_autoptr (GsRandom) random = gs_random_new (r->rng, gs_request_seed (r, i));
  g_autofree float *noise = g_new (float, n);
  g_autofree float *init = job->init != NULL ? g_memdup2 (job->init, n * sizeof *init) : NULL;
  Picture picture = { session, job, random, timings, g_get_monotonic_time () };

  draw_start (job, random, i, model->config.vae.latent_channels, noise);
  if (init != NULL && job->mask != NULL && r->fill == GS_FILL_NOISE)
    fill_with_noise (job, random, init, n);
  return gs_denoise (session,
                     &(GsDenoiseJob) {
                         .width = job->width,
                         .height = job->height,
                         .context = job->context->values,
                         .negative = job->is_guided ? job->negative->values : NULL,
                         .n_tokens = job->context->n_tokens,
                         .guidance_scale = r->guidance_scale,
                         .guidance_rescale = r->guidance_rescale,
                         .options = &job->options,
                         .schedule = model->schedule,
                         .n_steps = r->steps,
                         .strength = job->canvas->run_strength,
                         .noise = noise,
                         .init = init,
                         .kept = init,
                         .mask = job->extra == NULL ? job->mask : NULL,
                         .strengths = job->strengths,
                         .blend = GS_BLEND_STEP,
                         .extra = job->extra,
                         .draw = draw,
                         .step = after_step,
                         .user_data = &picture },
                     x, error);
}
