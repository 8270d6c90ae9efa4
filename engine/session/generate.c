/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a request to pictures: the job is prepared, then each picture of the batch is denoised and
 * decoded.
 */
#include "session/inversions.h"
#include "session/job.h"
#include "session/loras.h"
#include "session/refine.h"
#include "session/settings.h"

static GsResult *
new_result (const GsRequest *r)
{
  GsResult *result = g_new0 (GsResult, 1);

  result->n_images = r->batch;
  result->images = g_new0 (GsImage *, r->batch);
  result->seeds = g_new0 (guint64, r->batch);
  result->parameters = g_new0 (char *, r->batch + 1);
  if (r->keep_steps)
    result->steps = g_new0 (GsSteps *, r->batch);
  return result;
}

static GsLatents *
new_latents (GsJob *job, GsSession *session)
{
  GsLatents *latents = g_new0 (GsLatents, 1);

  latents->channels = session->model->config.vae.latent_channels;
  latents->width = job->width;
  latents->height = job->height;
  latents->tile = gs_memory_tile (session, 0);
  latents->canvas = gs_canvas_ref (job->canvas);
  latents->values = g_new0 (float, job->request->batch * gs_latents_elements (latents));
  return latents;
}

/* The latent that the second of two passes starts from. */
static gboolean
take_first_pass (GsJob *job, GsSession *session, const GsHiresStart *start, guint i, GError **error)
{
  if (start->n == 0)
    return TRUE;
  if (!gs_memory_enter (session, GS_STAGE_READ, error))
    return FALSE;
  g_free (job->init);
  job->init = gs_hires_latent (start, i, session, job->canvas, gs_memory_tile (session, 0), error);
  return job->init != NULL;
}

/* One picture, to its latent, or as far as this model brings it. */
static gboolean
denoise (GsJob *job, GsSession *session, const GsHiresStart *start, GsResult *result, guint i,
         GsSteps **steps, GError **error)
{
  const GsRequest *r = job->request;
  GsLatents *latents = result->latents;

  if (!take_first_pass (job, session, start, i, error)
      || !gs_memory_enter (session, GS_STAGE_DENOISE, error)
      || !gs_progress_phase (&session->progress, GS_PHASE_DENOISE, job->n_steps, error))
    return FALSE;
  if (r->resume != NULL)
    gs_progress_skip (&session->progress, r->resume_step);
  return gs_job_denoise (job, session, i, i == 0 ? &result->timings : NULL,
                         latents->values + i * gs_latents_elements (latents), steps, error);
}

static void
begin_picture (GsJob *job, GsSession *session, GsResult *result, guint i)
{
  gs_progress_image (&session->progress, i, job->request->batch);
  result->seeds[i] = gs_request_seed (job->request, i);
  result->parameters[i] = gs_settings_format (session, job->request, job->canvas, &job->hires,
                                              job->n_made, i);
}

/* From its latent, and hands it out. */
static gboolean
decode (GsSession *session, GsResult *result, guint i, GError **error)
{
  if (!gs_memory_enter (session, GS_STAGE_DECODE, error)
      || !gs_progress_phase (&session->progress, GS_PHASE_DECODE, 1, error))
    return FALSE;
  result->latents->tile = gs_memory_tile (session, 0);
  result->images[i] = gs_latents_decode (session, result->latents, i, error);
  result->latents->tile = gs_memory_tile (session, 0);
  return result->images[i] != NULL
         && gs_progress_finished (&session->progress, 1, result, i, error);
}

/* One picture after the other. FALSE with the result's latents if a decode failed. */
static gboolean
make_pictures (GsJob *job, GsSession *session, const GsHiresStart *start, GsResult *result,
               GError **error)
{
  const GsRequest *r = job->request;

  for (guint i = 0; i < r->batch; i++)
    {
      GsSteps *steps = NULL;

      begin_picture (job, session, result, i);
      if (!denoise (job, session, start, result, i, &steps, error))
        return FALSE;
      result->latents->n = i + 1;
      if (steps != NULL)
        result->steps[i] = steps;
      if (!decode (session, result, i, error))
        return FALSE;
    }
  return TRUE;
}

/* All pictures to the step from which on the refiner makes them, so that models change over once. */
static gboolean
begin_pictures (GsJob *job, GsSession *session, const GsHiresStart *start, GsResult *result,
                GsSteps **begun, GError **error)
{
  const GsRequest *r = job->request;

  for (guint i = 0; i < r->batch; i++)
    {
      begin_picture (job, session, result, i);
      if (r->resume != NULL && r->resume_step >= job->n_made)
        begun[i] = gs_steps_new_until (r->resume, r->resume_step, error);
      else if (!denoise (job, session, start, result, i, &begun[i], error))
        return FALSE;
      if (begun[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

/* FALSE with the result's latents if a decode failed. notes: as gs_refine(). */
static gboolean
make_refined_pictures (GsJob *job, GsSession *session, const GsHiresStart *start, GsResult *result,
                       GPtrArray **notes, GError **error)
{
  const guint n = job->request->batch;
  g_autofree GsSteps **begun = g_new0 (GsSteps *, n);
  gboolean done = begin_pictures (job, session, start, result, begun, error)
                  && gs_refine (job, session, begun, result->latents->values, result->steps, notes,
                                error);

  for (guint i = 0; i < n; i++)
    gs_steps_unref (begun[i]);
  result->latents->n = done ? n : 0;
  for (guint i = 0; done && i < n; i++)
    {
      gs_progress_image (&session->progress, i, n);
      done = decode (session, result, i, error);
    }
  return done;
}

/* After a failure: what is finished is kept, unless the caller asked to stop. */
static gboolean
is_worth_keeping (const GsResult *result, const GError *error)
{
  return result->latents != NULL && result->latents->n > 0
         && !g_error_matches (error, GS_ERROR, GS_ERROR_CANCELLED);
}

/* Behind the notes that are there; NULL: none. */
static void
add_note (GsResult *result, const char *note)
{
  const guint n = result->notes != NULL ? g_strv_length (result->notes) : 0;

  if (note == NULL)
    return;
  result->notes = g_renew (char *, result->notes, n + 2);
  result->notes[n] = g_strdup (note);
  result->notes[n + 1] = NULL;
}

static void
take_notes (GsResult *result, GPtrArray **notes)
{
  for (guint i = 0; *notes != NULL && i < (*notes)->len; i++)
    add_note (result, (*notes)->pdata[i]);
  g_clear_pointer (notes, g_ptr_array_unref);
}

/* A run that goes on from a step of the second pass has no use for the first. */
static gboolean
begin_hires (GsJob *job, GsSession *session, GsHiresStart *start, GsResult *result, GError **error)
{
  GsMemoryPlan plan;

  if (!job->hires.is_on || job->request->resume != NULL)
    return TRUE;
  /* What the second pass has no room for should be known before the first. */
  if (!gs_job_plan (job, session, &plan, error) || !gs_memory_plan_check (&plan, error))
    return FALSE;
  add_note (result, job->hires.note);
  if (!gs_hires_begin (&job->hires, session, job->request, job->canvas, start, error))
    return FALSE;
  take_notes (result, &start->notes);
  return TRUE;
}

/* With the memory plan in effect. FALSE with the result's latents if a decode failed. */
static gboolean
run_planned (GsJob *job, GsSession *session, const GsHiresStart *start, GsResult *result,
             GPtrArray **notes, GError **error)
{
  *notes = NULL;
  if (!gs_job_encode (job, session, error))
    return FALSE;
  result->latents = new_latents (job, session);
  result->coverage = gs_canvas_coverage (job->canvas);
  session->progress.state.coverage = result->coverage;
  return job->n_made > 0 ? make_refined_pictures (job, session, start, result, notes, error)
                         : make_pictures (job, session, start, result, error);
}

static GsResult *
run_job (GsJob *job, GsSession *session, const GsRequest *request, GsHiresStart *start,
         GError **error)
{
  g_autoptr (GsResult) result = new_result (request);
  GsMemoryPlan plan;
  GPtrArray *notes = NULL;
  GError *failure = NULL;

  session->progress.timings = &result->timings;
  result->timings.load_seconds = session->load_seconds;
  session->load_seconds = 0;
  if (!gs_job_init (job, session, request, error)
      || !gs_inversions_apply (session->model, error)
      || !gs_session_use_loras (session, request->prompt, &result->notes, error)
      || !gs_refine_init (job, session, error)
      || !begin_hires (job, session, start, result, error)
      || !gs_job_plan (job, session, &plan, error)
      || !gs_memory_plan_check (&plan, error))
    return NULL;
  plan.begun = start->n > 0; /* the peak is that of both passes */
  gs_refine_make_way (session, &plan);
  gs_memory_begin (session, &plan);
  run_planned (job, session, start, result, &notes, &failure);
  gs_memory_end (session);
  take_notes (result, &plan.notes);
  take_notes (result, &notes);
  if (failure != NULL)
    {
      gboolean keep = is_worth_keeping (result, failure);

      g_propagate_error (error, failure);
      if (!keep)
        return NULL;
    }
  result->peak_bytes = gs_device_get_peak_bytes (session->device);
  return g_steal_pointer (&result);
}

GsResult *
gs_session_generate (GsSession *session, const GsRequest *request, GsProgressFunc progress,
                     gpointer user_data, GError **error)
{
  GsJob job = { 0 };
  GsHiresStart start = { 0 };
  GsResult *result;

  if (!gs_session_require_model (session, error))
    return NULL;
  gs_progress_begin (&session->progress, session->device, progress, user_data, NULL);
  result = run_job (&job, session, request, &start, error);
  if (result == NULL)
    session->progress.timings = NULL;
  gs_progress_end (&session->progress);
  gs_job_clear (&job);
  gs_hires_start_clear (&start);
  return result;
}

/* The plan of a request that is not run. */
static gboolean
plan_only (GsSession *session, const GsRequest *request, GsMemoryPlan *plan, GError **error)
{
  GsJob job = { 0 };
  gboolean done;

  if (!gs_session_require_model (session, error))
    return FALSE;
  done = gs_job_init (&job, session, request, error) && gs_job_plan (&job, session, plan, error);
  gs_job_clear (&job);
  return done;
}

char *
gs_session_describe_memory (GsSession *session, const GsRequest *request, GError **error)
{
  GsMemoryPlan plan;

  return plan_only (session, request, &plan, error) ? gs_memory_plan_describe (&plan) : NULL;
}

gboolean
gs_session_estimate_memory (GsSession *session, const GsRequest *request, guint64 *needed_bytes,
                            guint64 *available_bytes, GError **error)
{
  GsMemoryPlan plan;

  if (!plan_only (session, request, &plan, error))
    return FALSE;
  *needed_bytes = plan.needed_bytes;
  *available_bytes = plan.available_bytes;
  return TRUE;
}
