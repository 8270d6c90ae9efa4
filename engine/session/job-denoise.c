/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One picture of a job: its noise, its steps, what is told of them. */
#include "session/job.h"

#include <string.h>

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
  gsize      n;       /* elements of a latent */
  float     *noise;   /* to start from */
  float     *init;    /* see GsDenoiseJob, or NULL */
  guint      n_drawn; /* latents of noise */
  GsSteps   *steps;   /* being kept, or NULL */
  const GsSteps *resume; /* gone on from, or NULL ... */
  guint      n_resumed;  /* ... after so many steps */
} Picture;

static void
picture_clear (Picture *picture)
{
  gs_random_free (picture->random);
  g_free (picture->noise);
  g_free (picture->init);
  gs_steps_unref (picture->steps);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Picture, picture_clear)

static void
draw (float *out, gsize n, gpointer user_data)
{
  Picture *picture = user_data;

  gs_random_normal (picture->random, out, n);
  picture->n_drawn++;
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
begin (const GsSampler *sampler, const float *x, gpointer user_data, GError **error)
{
  Picture *picture = user_data;
  const GsJob *job = picture->job;
  const GsSteps *resume = picture->resume;
  const guint k = picture->n_resumed;

  if (!job->request->keep_steps && job->n_made == 0)
    return TRUE;
  picture->steps = gs_steps_new (&(GsSteps) {
                                     .channels = picture->n / job->width / job->height,
                                     .width = job->width,
                                     .height = job->height,
                                     .sampler = job->options.sampler,
                                     .n_whole = job->n_steps,
                                     .strength = job->strength,
                                     .n = k + gs_sampler_n_steps (sampler),
                                     .canvas = job->canvas,
                                     .tile = gs_memory_tile (picture->session, 0) },
                                 error);
  if (picture->steps == NULL)
    return FALSE;
  memcpy (picture->steps->noise, picture->noise, picture->n * sizeof (float));
  if (k > 0)
    gs_steps_add_from (picture->steps, resume, k);
  gs_steps_add (picture->steps, x, k > 0 ? resume->x0 + k * picture->n : NULL,
                gs_sampler_sigma (sampler, 0), picture->n_drawn);
  return TRUE;
}

/* Keeps a step, its estimate with what the mask leaves out as it is. */
static void
keep_step (Picture *picture, const GsSamplerStep *step)
{
  const float *mask = picture->job->mask, *init = picture->init;
  const gsize plane = (gsize) picture->job->width * picture->job->height;
  g_autofree float *seen = g_memdup2 (step->x0, picture->n * sizeof (float));

  if (mask != NULL)
    for (gsize i = 0; i < picture->n; i++)
      seen[i] = init[i] + mask[i % plane] * (seen[i] - init[i]);
  gs_steps_add (picture->steps, step->x, seen, step->sigma, picture->n_drawn);
}

static gboolean
after_step (const GsSamplerStep *step, gpointer user_data, GError **error)
{
  Picture *picture = user_data;
  GsSession *session = picture->session;
  const GsJob *job = picture->job;
  const guint n_resumed = picture->n_resumed;
  g_autoptr (GsImage) preview = NULL;

  note_time (picture, step->index, step->n_steps);
  if (picture->steps != NULL)
    keep_step (picture, step);
  session->progress.state.n_steps = n_resumed + step->n_steps;
  if (job->request->preview != GS_PREVIEW_NONE)
    {
      preview = gs_preview_new (session, job->request->preview, step->x0, job->width, job->height,
                                gs_latent_factor (session), error);
      if (preview == NULL)
        return FALSE;
      preview = gs_canvas_trim (job->canvas, g_steal_pointer (&preview));
    }
  return gs_progress_step (&session->progress, n_resumed + step->index + 1, preview, error);
}

/* Latent noise in place of what will be repainted. */
static void
fill_with_noise (Picture *picture)
{
  const float *mask = picture->job->mask;
  gsize plane = (gsize) picture->job->width * picture->job->height;
  g_autofree float *noise = g_new (float, picture->n);

  draw (noise, picture->n, picture);
  for (gsize i = 0; i < picture->n; i++)
    picture->init[i] += mask[i % plane] * (noise[i] - picture->init[i]);
}

/* The noise of picture i, turned towards that of the variation seed on the way that keeps its length
 * (Shoemake, "Animating Rotation with Quaternion Curves", 1985), as A1111's subseed does. */
static void
draw_start (Picture *picture, guint i)
{
  const GsJob *job = picture->job;
  const GsRequest *r = job->request;
  const gsize plane = (gsize) job->width * job->height;
  g_autoptr (GsRandom) other = NULL;
  g_autofree float *towards = NULL;

  draw (picture->noise, picture->n, picture);
  if (r->variation_strength == 0)
    return;
  other = gs_random_new (r->rng, gs_request_variation_seed (r, i));
  towards = g_new (float, picture->n);
  gs_random_normal (other, towards, picture->n);
  gs_slerp (r->variation_strength, picture->noise, towards, picture->noise, picture->n / plane,
            job->height, job->width);
}

/* The start, and the noise that was drawn on the way to the step that is gone on from. */
static void
picture_start (Picture *picture, guint i)
{
  const GsJob *job = picture->job;
  const GsRequest *r = job->request;
  g_autofree float *drawn = NULL;

  picture->random = gs_random_new (r->rng, gs_request_seed (r, i));
  picture->noise = g_new (float, picture->n);
  if (job->init != NULL)
    picture->init = g_memdup2 (job->init, picture->n * sizeof (float));
  draw_start (picture, i);
  if (job->init != NULL && job->mask != NULL && r->fill == GS_FILL_NOISE)
    fill_with_noise (picture);
  if (picture->resume == NULL)
    return;
  drawn = g_new (float, picture->n);
  while (picture->n_drawn < picture->resume->n_drawn[picture->n_resumed])
    draw (drawn, picture->n, picture);
  memcpy (picture->noise, picture->resume->noise, picture->n * sizeof (float));
}

gboolean
gs_job_denoise (GsJob *job, GsSession *session, guint i, GsTimings *timings, float *x,
                GsSteps **steps, GError **error)
{
  const GsRequest *r = job->request;
  GsModel *model = session->model;
  g_auto (Picture) picture = {
    .session = session,
    .job = job,
    .timings = timings,
    .step_started = g_get_monotonic_time (),
    .n = (gsize) model->config.vae.latent_channels * job->width * job->height,
    .resume = job->begun != NULL ? job->begun[i] : r->resume,
    .n_resumed = r->resume != NULL ? r->resume_step : 0,
  };

  picture_start (&picture, i);
  if (!gs_denoise (session,
                   &(GsDenoiseJob) {
                       .width = job->width,
                       .height = job->height,
                       .context = job->context->values,
                       .negative = job->is_guided ? job->negative->values : NULL,
                       .label = job->label,
                       .negative_label = job->negative_label,
                       .n_tokens = job->context->n_tokens,
                       .guidance_scale = r->guidance_scale,
                       .image_guidance = r->image_guidance,
                       .guidance_rescale = r->guidance_rescale,
                       .speed = job->speed,
                       .options = &job->options,
                       .schedule = model->schedule,
                       .n_steps = job->n_steps,
                       .strength = job->strength,
                       .noise = picture.noise,
                       .init = gs_model_config_is_editing (&model->config) ? NULL : picture.init,
                       .resume = picture.resume != NULL
                                     ? picture.resume->x + picture.n_resumed * picture.n
                                     : NULL,
                       .n_resumed = picture.n_resumed,
                       .n_made = job->n_made,
                       .kept = picture.init,
                       .mask = gs_model_config_is_inpainting (&model->config) ? NULL : job->mask,
                       .strengths = job->strengths,
                       .blend = GS_BLEND_STEP,
                       .controls = job->controls,
                       .n_controls = r->n_controls,
                       .extra = job->extra,
                       .draw = draw,
                       .begin = begin,
                       .step = after_step,
                       .user_data = &picture },
                   x, error))
    return FALSE;
  *steps = g_steal_pointer (&picture.steps);
  return TRUE;
}
