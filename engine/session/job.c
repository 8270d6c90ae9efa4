/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked for is checked and planned; prompts and start picture are encoded. */
#include "session/job.h"

#include <math.h>
#include <string.h>

#include "session/autoencoder.h"
#include "session/conditioning.h"
#include "session/control-hint.h"
#include "session/inversions.h"
#include "session/library.h"
#include "session/preview.h"

void
gs_job_clear (GsJob *job)
{
  gs_canvas_unref (job->canvas);
  gs_hires_plan_clear (&job->hires);
  gs_controls_clear (job->controls);
  g_free (job->label);
  g_free (job->negative_label);
  g_free (job->init);
  g_free (job->mask);
  g_free (job->strengths);
  g_free (job->extra);
}

static gboolean
check_request (const GsRequest *r, GError **error)
{
  const char *problem = NULL;

  if (r->steps < 1 || r->steps > 1000)
    problem = "The number of steps must be from 1 to 1000";
  else if (!(r->guidance_scale >= 0 && r->guidance_scale <= 50))
    problem = "The guidance scale must be from 0 to 50";
  else if (!(r->image_guidance >= 0 && r->image_guidance <= 50))
    problem = "The image guidance must be from 0 to 50";
  else if (!(r->guidance_rescale >= 0 && r->guidance_rescale <= 1))
    problem = "The guidance rescale must be from 0 to 1";
  else if (!(r->denoising_strength >= 0 && r->denoising_strength <= 1))
    problem = "The denoising strength must be from 0 to 1";
  else if (!(r->variation_strength >= 0 && r->variation_strength <= 1))
    problem = "The variation strength must be from 0 to 1";
  else if (r->batch < 1 || r->batch > 64)
    problem = "A batch has from 1 to 64 pictures";
  else if (r->mask_feather > 1024)
    problem = "The soft edge of a mask may be 1024 pixels wide at most";
  else if (MAX (MAX (r->outpaint_left, r->outpaint_right),
                MAX (r->outpaint_top, r->outpaint_bottom)) > 8192)
    problem = "A picture can grow by 8192 pixels a side at most";
  if (problem == NULL)
    return TRUE;
  g_set_error_literal (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT, problem);
  return FALSE;
}

static gboolean
is_inpainting (GsSession *session)
{
  return gs_model_config_is_inpainting (&session->model->config);
}

static gboolean
is_editing (GsSession *session)
{
  return gs_model_config_is_editing (&session->model->config);
}

static GsPrediction
prediction_of (const GsModelConfig *config)
{
  return config->schedule.prediction == GS_PREDICTION_V ? GS_PREDICT_V : GS_PREDICT_EPSILON;
}

/* What the U-Net takes must be what the text encoders make. */
static gboolean
check_model (const GsModelConfig *config, GError **error)
{
  if (config->unet.context_width == gs_text_width (config)
      && (config->unet.label_width == 0 || config->has[GS_COMPONENT_TEXT_ENCODER_2])
      && config->unet.out_channels == config->vae.latent_channels)
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
               "The U-Net of this %s model takes other text than its text encoders make; load a "
               "complete model", gs_model_config_family_name (config));
  return FALSE;
}

guint
gs_session_native_size (GsSession *session)
{
  const GsModel *model = session->model;

  return model->info != NULL ? model->info->native_size
                             : gs_model_config_native_size (&model->config, NULL);
}

/* One pass, or the second of two. */
static gboolean
plan_passes (GsJob *job, GsSession *session, GError **error)
{
  const gboolean is_a1111 = job->options.strength_rule == GS_STRENGTH_A1111;

  if (!gs_hires_plan_init (&job->hires, session, job->request, job->canvas, is_a1111, error))
    return FALSE;
  job->n_steps = job->hires.is_on ? job->hires.n_steps : job->request->steps;
  job->strength = job->hires.is_on      ? job->hires.strength
                  : is_editing (session) ? 1
                                         : job->canvas->run_strength;
  return TRUE;
}

/* Whether the kept run is the one that this job would make, up to the step to go on from. */
static gboolean
check_resume (GsJob *job, GsSession *session, GError **error)
{
  const GsSteps *resume = job->request->resume;
  const guint k = job->request->resume_step;
  g_autoptr (GsSampler) sampler = NULL;

  if (resume == NULL)
    return TRUE;
  if (k > resume->n)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "There is no step %u to go on from; %u were kept", k, resume->n);
      return FALSE;
    }
  if (resume->channels != session->model->config.vae.latent_channels
      || resume->width != job->width || resume->height != job->height)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "The kept steps are of a latent of %u x %u, not of %u x %u; ask for a picture of "
                   "the same size", resume->width, resume->height, job->width, job->height);
      return FALSE;
    }
  job->strength = resume->strength;
  sampler = gs_sampler_new (&job->options, session->model->schedule, job->n_steps,
                            job->strength, 1, error);
  if (sampler == NULL)
    return FALSE;
  if (g_strcmp0 (resume->sampler, job->options.sampler) == 0
      && resume->n_whole == job->n_steps && resume->n == gs_sampler_n_steps (sampler)
      && fabs (resume->sigmas[k] - gs_sampler_sigma (sampler, k)) <= 1e-4 * resume->sigmas[k])
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
               "The steps were kept with other settings; go on with the same sampler, schedule and "
               "number of steps");
  return FALSE;
}

/* The networks, and in how many steps they act. */
static gboolean
open_controls (GsJob *job, GsSession *session, GError **error)
{
  const GsRequest *r = job->request;
  g_autoptr (GsSampler) sampler = NULL;

  if (!gs_controls_open (session, r, job->controls, error))
    return FALSE;
  if (r->n_controls == 0)
    return TRUE;
  sampler = gs_sampler_new (&job->options, session->model->schedule, job->n_steps, job->strength, 1,
                            error);
  if (sampler == NULL)
    return FALSE;
  job->n_run = gs_sampler_n_steps (sampler);
  return TRUE;
}

static gboolean
read_control_pictures (GsJob *job, GError **error)
{
  for (guint i = 0; i < job->request->n_controls; i++)
    {
      GsControlUse *use = &job->controls[i];

      use->picture = gs_control_read_picture (&job->request->controls[i], use->model, job->canvas,
                                              error);
      if (use->picture == NULL)
        return FALSE;
    }
  return TRUE;
}

gboolean
gs_job_init (GsJob *job, GsSession *session, const GsRequest *request, GError **error)
{
  guint32 factor = gs_latent_factor (session);

  memset (job, 0, sizeof *job);
  job->request = request;
  if (!check_request (request, error) || !check_model (&session->model->config, error))
    return FALSE;
  if (!gs_sampler_options_init (&job->options, request->sampler, request->schedule,
                                prediction_of (&session->model->config), error))
    return FALSE;
  job->canvas = gs_canvas_new (request, factor, gs_session_native_size (session), error);
  if (job->canvas == NULL)
    return FALSE;
  if (is_editing (session) && job->canvas->pixels == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "This model edits pictures: start from one, or choose another model");
      return FALSE;
    }
  job->width = job->canvas->width / factor;
  job->height = job->canvas->height / factor;
  job->clip_skip = gs_model_config_clip_skip (&session->model->config, request->clip_skip);
  if (!plan_passes (job, session, error) || !check_resume (job, session, error)
      || !open_controls (job, session, error))
    return FALSE;
  job->is_guided = request->guidance_scale != 1
                   || (is_editing (session) && request->image_guidance != 1);
  job->speed = (GsSpeed) { request->guidance_from, request->guidance_to, request->deep_cache,
                           request->gate, request->free_u };
  if (!gs_speed_check (&job->speed, error))
    return FALSE;
  gs_inversions_find (session->model, gs_session_library (session));
  if (!gs_prompt_count_chunks (session, request->prompt, &job->n_chunks, error))
    return FALSE;
  if (job->is_guided)
    {
      guint n;

      if (!gs_prompt_count_chunks (session, request->negative_prompt, &n, error))
        return FALSE;
      job->n_chunks = MAX (job->n_chunks, n);
    }
  return TRUE;
}

/* A run that goes on from a step has its latent already, and an edit begins with noise alone; they need
 * the picture for what stays. */
static gboolean
needs_picture (const GsJob *job, GsSession *session)
{
  return job->canvas->pixels != NULL
         && ((job->request->resume == NULL && !is_editing (session)) || job->canvas->repaint != NULL);
}

static gboolean
needs_extra (GsSession *session)
{
  return is_inpainting (session) || is_editing (session);
}

gboolean
gs_job_plan (GsJob *job, GsSession *session, GsMemoryPlan *plan, GError **error)
{
  return gs_memory_plan (session,
                         &(GsMemoryJob) {
                             .width = job->width,
                             .height = job->height,
                             .batch = gs_denoise_batch (session, job->is_guided,
                                                        job->request->image_guidance),
                             .n_tokens = job->n_chunks * GS_PROMPT_LENGTH,
                             .clip_skip = job->clip_skip,
                             .encodes = needs_picture (job, session) || needs_extra (session)
                                        || (job->hires.is_on
                                            && job->hires.enlargement == GS_ENLARGE_PIXELS),
                             .speed = job->speed,
                             .controls = job->controls,
                             .n_controls = job->request->n_controls,
                             .n_steps = job->n_run,
                             .preview = job->request->preview },
                         plan, error);
}

/* SDXL was taught that no prompt is zeros, not the vectors of an empty text (its authors' samplers,
 * diffusers and A1111 do so). */
static const GsPromptVectors *
encode_negative (GsJob *job, GsSession *session, GError **error)
{
  const char *prompt = job->request->negative_prompt;

  if (session->model->config.unet.label_width > 0 && (prompt == NULL || *prompt == '\0'))
    return gs_encode_nothing (session, job->n_chunks);
  return gs_encode_prompt (session, prompt, job->n_chunks, job->clip_skip, error);
}

static gboolean
encode_prompts (GsJob *job, GsSession *session, GError **error)
{
  const GsRequest *r = job->request;

  if (!gs_progress_phase (&session->progress, GS_PHASE_TEXT_ENCODE, 1, error))
    return FALSE;
  gs_prompt_cache_trim (session);
  job->context = gs_encode_prompt (session, r->prompt, job->n_chunks, job->clip_skip, error);
  if (job->context == NULL)
    return FALSE;
  if (job->is_guided)
    {
      job->negative = encode_negative (job, session, error);
      if (job->negative == NULL)
        return FALSE;
      job->negative_label = gs_label_new (session, job->negative, TRUE, job->canvas->width,
                                          job->canvas->height);
    }
  job->label = gs_label_new (session, job->context, FALSE, job->canvas->width, job->canvas->height);
  return gs_progress_step (&session->progress, 1, NULL, error);
}

/* What an inpainting U-Net sees beside the latent: the mask, and the latent of the picture with the
 * masked part grey. Without a picture all is masked. */
static gboolean
encode_extra (GsJob *job, GsSession *session, GError **error)
{
  gsize plane = (gsize) job->width * job->height;
  gsize n = session->model->config.vae.latent_channels * plane;
  g_autofree float *masked = NULL;

  job->extra = g_new (float, plane + n);
  for (gsize i = 0; i < plane; i++)
    job->extra[i] = job->mask != NULL ? job->mask[i] : 1;
  masked = job->canvas->pixels != NULL
               ? gs_canvas_masked (job->canvas)
               : g_new0 (float, (gsize) 3 * job->canvas->width * job->canvas->height);
  /* What the mask leaves out is the model's to keep. */
  for (gsize i = 0; job->strengths != NULL && i < plane; i++)
    if (job->mask[i] == 0)
      job->strengths[i] = 1;
  return gs_vae_encode (session, masked, job->canvas->width, job->canvas->height, NULL,
                        gs_memory_tile (session, 0), job->extra + plane, error);
}

/* What an editing U-Net sees: the picture's latent as the autoencoder makes it, without the scale that
 * the U-Net's own latents have. */
static gboolean
encode_edited (GsJob *job, GsSession *session, GError **error)
{
  const GsVaeConfig *vae = &session->model->config.vae;
  const gsize n = (gsize) vae->latent_channels * job->width * job->height;
  g_autofree float *picture = gs_canvas_filled (job->canvas, GS_FILL_ORIGINAL);

  job->extra = g_new (float, n);
  if (!gs_vae_encode (session, picture, job->canvas->width, job->canvas->height, NULL,
                      gs_memory_tile (session, 0), job->extra, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    job->extra[i] = (float) (job->extra[i] / vae->scaling_factor + vae->shift_factor);
  return TRUE;
}

static gboolean
encode_picture (GsJob *job, GsSession *session, GError **error)
{
  gsize n = (gsize) session->model->config.vae.latent_channels * job->width * job->height;
  g_autofree float *filled = NULL;

  if (!needs_picture (job, session) && !needs_extra (session))
    return TRUE;
  if (!session->model->config.vae.has_encoder)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "The model's autoencoder cannot read pictures; it has no encoder");
      return FALSE;
    }
  if (!gs_progress_phase (&session->progress, GS_PHASE_IMAGE_ENCODE, 1, error))
    return FALSE;
  if (needs_picture (job, session))
    {
      filled = gs_canvas_filled (job->canvas, job->request->fill);
      job->init = g_new (float, n);
      if (!gs_vae_encode (session, filled, job->canvas->width, job->canvas->height, NULL,
                          gs_memory_tile (session, 0), job->init, error))
        return FALSE;
      job->mask = gs_canvas_latent_mask (job->canvas, gs_latent_factor (session));
      job->strengths = gs_canvas_latent_strength (job->canvas, gs_latent_factor (session));
    }
  if ((is_inpainting (session) && !encode_extra (job, session, error))
      || (is_editing (session) && !encode_edited (job, session, error)))
    return FALSE;
  return gs_progress_step (&session->progress, 1, NULL, error);
}

gboolean
gs_job_encode (GsJob *job, GsSession *session, GError **error)
{
  return gs_memory_enter (session, GS_STAGE_TEXT, error)
         && encode_prompts (job, session, error)
         && gs_memory_enter (session, GS_STAGE_READ, error)
         && encode_picture (job, session, error)
         && read_control_pictures (job, error)
         && gs_preview_prepare (session, job->request->preview, error);
}
