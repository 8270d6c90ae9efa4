/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two models in a session, of which one is at work. */
#include "session/refine.h"

#include "io/prompt.h"
#include "session/inversions.h"
#include "session/library.h"
#include "session/model-files.h"

#include <math.h>

/* ---- The refiner ---------------------------------------------------------------------------- */

static char *
find (GsSession *session, const char *name, GError **error)
{
  char *path = g_file_test (name, G_FILE_TEST_EXISTS)
                   ? g_strdup (name)
                   : gs_library_find (gs_session_library (session), GS_LIBRARY_CHECKPOINT, name);

  if (path == NULL)
    g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                 "There is no refiner %s; choose another, or do without", name);
  return path;
}

/* The autoencoder is the first model's: refiners are shared without one, and latents are the same. */
static GsModel *
open_model (GsSession *session, const char *path, GError **error)
{
  GsCheckpoint *checkpoint = gs_model_files_open (path, NULL, error);
  GsModel *model;

  if (checkpoint == NULL)
    return NULL;
  if (session->model->checkpoint != NULL)
    gs_checkpoint_replace (checkpoint, session->model->checkpoint, GS_COMPONENT_VAE);
  model = gs_model_new (session->device, session->dtype, checkpoint, error);
  if (model == NULL)
    return NULL;
  if (model->config.has[GS_COMPONENT_UNET] && model->config.has[GS_COMPONENT_VAE]
      && model->config.unet.in_channels == session->model->config.vae.latent_channels
      && model->config.unet.out_channels == session->model->config.vae.latent_channels)
    return model;
  g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
               "%s cannot go on from the latents of %s; choose a refiner of its family", path,
               gs_checkpoint_path (session->model->checkpoint));
  gs_model_free (model);
  return NULL;
}

static gboolean
open_refiner (GsSession *session, const char *name, GError **error)
{
  g_autofree char *path = find (session, name, error);

  if (path == NULL)
    return FALSE;
  if (session->refiner != NULL
      && g_str_equal (gs_checkpoint_path (session->refiner->checkpoint), path))
    return TRUE;
  g_clear_pointer (&session->refiner, gs_model_free);
  session->refiner = open_model (session, path, error);
  return session->refiner != NULL;
}

/* ---- Changing over -------------------------------------------------------------------------- */

static void
exchange (GsSession *session)
{
  GsModel *model = session->model;

  session->model = session->refiner;
  session->refiner = model;
}

/* The model that is not at work leaves the device if the plan of the one that is does not fit beside. */
void
gs_refine_make_way (GsSession *session, const GsMemoryPlan *plan)
{
  guint64 held;

  if (session->refiner == NULL)
    return;
  held = gs_weight_store_get_declared_bytes (session->refiner->weights, NULL)
         + gs_controls_get_declared_bytes (session->refiner);
  if (plan->needed_bytes + held <= plan->available_bytes && session->stream == NULL)
    return;
  exchange (session);
  gs_memory_forget (session);
  exchange (session);
}

gboolean
gs_refine_init (GsJob *job, GsSession *session, GError **error)
{
  const GsRequest *r = job->request;
  const guint n_whole = job->n_steps;
  g_autoptr (GsSampler) sampler = NULL;
  guint n_run;
  int n_made;

  job->n_made = 0;
  if (r->refiner == NULL || *r->refiner == '\0' || r->refiner_start >= 1)
    return TRUE;
  if (!(r->refiner_start >= 0))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "The refiner can begin from 0 to 1 of the steps");
      return FALSE;
    }
  sampler = gs_sampler_new (&job->options, session->model->schedule, n_whole, job->strength, 1, error);
  if (sampler == NULL || !open_refiner (session, r->refiner, error))
    return FALSE;
  n_run = gs_sampler_n_steps (sampler);
  /* A run of less than full strength makes the last of the steps. */
  n_made = (int) lrintf (r->refiner_start * n_whole) - (int) (n_whole - n_run);
  n_made = MAX (n_made, 1);
  if (n_made < (int) n_run)
    job->n_made = (guint) n_made;
  return TRUE;
}

/* ---- The second half ------------------------------------------------------------------------ */

/* LoRA are the first model's, and so are ControlNets; the noise has been drawn already. */
static GsRequest
second_request (const GsJob *job, const GsSteps *begun, const char *prompt)
{
  GsRequest request = *job->request;

  request.prompt = prompt;
  request.refiner = NULL;
  request.hires = GS_HIRES_OFF;
  request.steps = job->n_steps;
  request.controls = NULL;
  request.n_controls = 0;
  request.resume = begun;
  request.resume_step = begun->n_kept - 1;
  return request;
}

static gboolean
denoise (GsJob *job, GsSession *session, GsSteps **begun, float *values, GsSteps **steps,
         GError **error)
{
  const gsize n = gs_steps_elements (begun[0]);

  for (guint i = 0; i < job->request->batch; i++)
    {
      GsSteps *kept = NULL;

      gs_progress_image (&session->progress, i, job->request->batch);
      if (!gs_memory_enter (session, GS_STAGE_DENOISE, error)
          || !gs_progress_phase (&session->progress, GS_PHASE_DENOISE, job->n_steps, error))
        return FALSE;
      gs_progress_skip (&session->progress, job->request->resume_step);
      if (!gs_job_denoise (job, session, i, NULL, values + i * n, &kept, error))
        return FALSE;
      if (kept != NULL)
        steps[i] = kept;
    }
  return TRUE;
}

static gboolean
run_second (GsSession *session, const GsRequest *request, GsSteps **begun, float *values,
            GsSteps **steps, GPtrArray **notes, GError **error)
{
  GsJob job = { 0 };
  GsMemoryPlan plan = { 0 };
  gboolean done = gs_job_init (&job, session, request, error)
                  && gs_inversions_apply (session->model, error)
                  && gs_job_plan (&job, session, &plan, error)
                  && gs_memory_plan_check (&plan, error);

  if (done)
    {
      job.begun = begun;
      plan.begun = TRUE; /* the peak is that of both */
      gs_refine_make_way (session, &plan);
      gs_memory_begin (session, &plan);
      done = gs_job_encode (&job, session, error)
             && denoise (&job, session, begun, values, steps, error);
      gs_memory_end (session);
      *notes = plan.notes;
    }
  gs_job_clear (&job);
  return done;
}

gboolean
gs_refine (GsJob *job, GsSession *session, GsSteps **begun, float *values, GsSteps **steps,
           GPtrArray **notes, GError **error)
{
  GsMemoryPlan *plan = session->plan;
  g_autofree char *prompt = job->request->prompt != NULL
                                ? gs_prompt_take_loras (job->request->prompt, NULL)
                                : NULL;
  const GsRequest request = second_request (job, begun[0], prompt);
  gboolean done;

  *notes = NULL;
  gs_memory_end (session);
  exchange (session);
  done = run_second (session, &request, begun, values, steps, notes, error);
  exchange (session);
  gs_refine_make_way (session, plan);
  plan->entered = 0;
  gs_memory_begin (session, plan);
  return done;
}
