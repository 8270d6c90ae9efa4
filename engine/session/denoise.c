/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop around the U-Net. Both halves of a guided evaluation are one batch of two.
 */
#include "session/denoise.h"

#include "models/unet.h"
#include "sample/guidance.h"
#include "session/model.h"

typedef struct
{
  GsSession          *session;
  const GsDenoiseJob *job;
  GsSampler          *sampler;
  GsProgram          *program;
  guint               batch;    /* 1, or 2 with guidance      */
  guint32             channels; /* of the U-Net's input       */
  gsize               plane;    /* H W                        */
  gsize               n;        /* elements of a latent       */
  float              *input;    /* (batch, channels, H, W)    */
  float              *output;   /* (batch, 4, H, W): prompt, negative prompt */
  float              *time;     /* (batch, sinusoids)         */
  float              *scratch;  /* (4, H, W)                  */
  GError             *error;    /* set where a callback has no way to return one */
} Run;

static GsGraph *
build (GsModel *model, GsDtype dtype, guint batch, guint32 width, guint32 height, guint n_tokens)
{
  const GsUnetConfig *config = &model->config.unet;
  GsGraph *g = gs_graph_new ("unet", dtype, gs_model_get_weights (model));
  GsTensor *x, *time, *context, *label = NULL;

  x = gs_graph_input (g, "x", (GsShape) { batch, height, width, config->in_channels }, dtype);
  time = gs_graph_input (g, "time", (GsShape) { batch, 1, 1, config->channels[0] }, dtype);
  context = gs_graph_input (g, "context", (GsShape) { batch, 1, n_tokens, config->context_width },
                            dtype);
  if (config->label_width > 0)
    label = gs_graph_input (g, "label", (GsShape) { batch, 1, 1, config->label_width }, dtype);
  gs_graph_output (g, gs_unet (g, config, x, time, context, label));
  return g;
}

GsProgram *
gs_unet_program (GsSession *session, guint batch, guint32 width, guint32 height, guint n_tokens,
                 GError **error)
{
  g_autofree char *key = g_strdup_printf ("unet %u %ux%u %u", batch, width, height, n_tokens);
  GsProgram *program = gs_model_find_program (session->model, key);

  if (program != NULL)
    return program;
  return gs_model_add_program (session->model, session->arena, key,
                               build (session->model, session->dtype, batch, width, height,
                                      n_tokens),
                               error);
}

/* The latent, for each half of the batch, with the further channels behind it. */
static void
fill_input (Run *run, const float *latent)
{
  gsize extra = run->channels * run->plane - run->n;

  for (guint b = 0; b < run->batch; b++)
    {
      float *input = run->input + b * run->channels * run->plane;

      memcpy (input, latent, run->n * sizeof *input);
      if (extra > 0)
        memcpy (input + run->n, run->job->extra, extra * sizeof *input);
    }
}

static gboolean
evaluate (const float *latent, double timestep, float *output, gpointer user_data, GError **error)
{
  Run *run = user_data;
  const GsDenoiseJob *job = run->job;
  guint n_time = run->session->model->config.unet.channels[0];

  fill_input (run, latent);
  for (guint b = 0; b < run->batch; b++)
    gs_timestep_embedding (timestep, n_time, run->time + b * n_time);
  if (!gs_program_set_nchw (run->program, "x", run->input, run->batch, run->channels, job->height,
                            job->width, error)
      || !gs_program_set_floats (run->program, "time", run->time, (gsize) run->batch * n_time,
                                 error)
      || !gs_program_run (run->program, error)
      || !gs_program_get_nchw (run->program, 0, run->output, run->batch * run->n, error))
    return FALSE;

  if (run->batch == 2)
    {
      gs_guide (output, run->output, run->output + run->n, run->n, job->guidance_scale);
      if (job->guidance_rescale > 0)
        gs_guidance_rescale (output, run->output, run->n, job->guidance_rescale);
    }
  else
    memcpy (output, run->output, run->n * sizeof *output);
  if (job->evaluated != NULL)
    job->evaluated (output, job->user_data);
  return TRUE;
}

/* Puts `kept` in place of x where the mask is 0. */
static void
blend (const Run *run, const float *kept, float *x)
{
  const float *mask = run->job->mask;

  for (gsize i = 0; i < run->n; i++)
    {
      float m = mask[i % run->plane];

      x[i] = kept[i] * (1 - m) + x[i] * m;
    }
}

static gboolean
after_evaluation (const float *x, float *x0, double sigma, double timestep, gpointer user_data)
{
  Run *run = user_data;
  gboolean blends = run->job->mask != NULL && run->job->blend == GS_BLEND_X0;

  if (blends)
    blend (run, run->job->kept, x0);
  if (run->job->denoised != NULL)
    run->job->denoised (x, x0, run->job->user_data);
  return blends;
}

static gboolean
after_step (const GsSamplerStep *step, gpointer user_data)
{
  Run *run = user_data;
  const GsDenoiseJob *job = run->job;

  if (job->mask != NULL && job->blend == GS_BLEND_STEP)
    {
      gs_sampler_renoise (run->sampler, step->index + 1, job->kept, job->noise, run->scratch);
      blend (run, run->scratch, step->x);
    }
  return job->step == NULL || job->step (step, job->user_data, &run->error);
}

static void
draw (float *out, gsize n, gpointer user_data)
{
  Run *run = user_data;

  run->job->draw (out, n, run->job->user_data);
}

/* The prompt's and the negative prompt's vectors, which stay the same for the whole run. */
static gboolean
set_context (Run *run, GError **error)
{
  const GsDenoiseJob *job = run->job;
  gsize n = (gsize) job->n_tokens * run->session->model->config.unet.context_width;
  g_autofree float *context = g_new (float, run->batch * n);

  memcpy (context, job->context, n * sizeof *context);
  if (run->batch == 2)
    memcpy (context + n, job->negative, n * sizeof *context);
  return gs_program_set_floats (run->program, "context", context, run->batch * n, error);
}

static void
run_clear (Run *run)
{
  gs_sampler_free (run->sampler);
  g_free (run->input);
  g_free (run->output);
  g_free (run->time);
  g_free (run->scratch);
  g_clear_error (&run->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static gboolean
run_init (Run *run, GsSession *session, const GsDenoiseJob *job, GError **error)
{
  const GsUnetConfig *config = &session->model->config.unet;

  run->session = session;
  run->job = job;
  run->batch = job->negative != NULL ? 2 : 1;
  run->channels = config->in_channels;
  run->plane = (gsize) job->width * job->height;
  run->n = config->out_channels * run->plane;
  if (run->channels > config->out_channels && job->extra == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "This model repaints parts of pictures: give it a picture and a mask");
      return FALSE;
    }
  run->input = g_new (float, run->batch * run->channels * run->plane);
  run->output = g_new (float, run->batch * run->n);
  run->time = g_new (float, run->batch * config->channels[0]);
  run->scratch = g_new (float, run->n);
  run->sampler = gs_sampler_new (job->options, job->schedule, job->n_steps, job->strength, run->n,
                                 error);
  if (run->sampler == NULL)
    return FALSE;
  run->program = gs_unet_program (session, run->batch, job->width, job->height, job->n_tokens,
                                  error);
  return run->program != NULL && set_context (run, error);
}

gboolean
gs_denoise (GsSession *session, const GsDenoiseJob *job, float *x, GError **error)
{
  static const GsSamplerCallbacks callbacks = {
    .denoise = evaluate,
    .noise = draw,
    .denoised = after_evaluation,
    .step = after_step,
  };
  g_auto (Run) run = { 0 };

  if (!run_init (&run, session, job, error))
    return FALSE;
  gs_sampler_start (run.sampler, job->init, job->noise, x);
  if (!gs_sampler_run (run.sampler, x, &callbacks, &run, error))
    {
      if (run.error != NULL)
        {
          g_clear_error (error);
          g_propagate_error (error, g_steal_pointer (&run.error));
        }
      return FALSE;
    }
  if (job->mask != NULL && job->blend == GS_BLEND_X0)
    blend (&run, job->kept, x);
  return TRUE;
}
