/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop around the U-Net. Both halves of a guided evaluation are one batch of two.
 */
#include "session/denoise.h"

#include "models/unet.h"
#include "sample/guidance.h"
#include "session/memory-stages.h"
#include "session/model.h"
#include "session/unet-programs.h"

/* What follows from a timestep is kept for later runs; with SD 1.5 that is 20160 numbers each. */
#define MAX_TIMES 128

typedef struct
{
  GsSession          *session;
  const GsDenoiseJob *job;
  GsSampler          *sampler;
  GsUnetPrograms      programs;
  GHashTable         *times;    /* of the model, borrowed     */
  guint               batch;    /* 1, or 2 with guidance      */
  guint               n_labels; /* as many, or 0: the model takes none */
  guint32             channels; /* of the U-Net's input       */
  gsize               plane;    /* H W                        */
  gsize               n;        /* elements of a latent       */
  guint               n_steps;  /* of the run, those before its resumption included */
  float              *input;    /* (batch, channels, H, W)    */
  float              *output;   /* (batch, 4, H, W): prompt, negative prompt */
  float              *scratch;  /* (4, H, W)                  */
  GError             *error;    /* set where a callback has no way to return one */
} Run;

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

/* With labels each half of the batch has its own: a time's key in the second half is negative, also
 * that of time 0, whose bits differ. */
static double
time_key (const Run *run, double timestep, guint half)
{
  return run->n_labels == 2 && half == 1 ? -timestep : timestep;
}

static gboolean
set_labels (Run *run, GError **error)
{
  const gsize width = run->session->model->config.unet.label_width;
  g_autofree float *labels = NULL;

  if (run->n_labels == 0)
    return TRUE;
  labels = g_new (float, GS_UNET_TIMES * width);
  for (guint i = 0; i < GS_UNET_TIMES; i++)
    memcpy (labels + i * width,
            i % run->n_labels == 0 ? run->job->label : run->job->negative_label,
            width * sizeof *labels);
  return gs_program_set_floats (run->programs.times, "label", labels, GS_UNET_TIMES * width, error);
}

/* What the times' program makes of timesteps, the first of which is wanted now. */
static gboolean
compute_times (Run *run, const double *timesteps, guint n, GError **error)
{
  GsProgram *program = run->programs.times;
  const guint halves = MAX (run->n_labels, 1);
  const guint width = run->session->model->config.unet.channels[0];
  g_autofree float *sinusoids = g_new0 (float, GS_UNET_TIMES * width);

  for (guint i = 0; i < n * halves; i++)
    gs_timestep_embedding (timesteps[i / halves], width, sinusoids + i * width);
  if (!gs_program_set_floats (program, "time", sinusoids, GS_UNET_TIMES * width, error)
      || !set_labels (run, error)
      || !gs_program_run (program, error))
    return FALSE;
  for (guint i = 0; i < n * halves; i++)
    {
      g_autofree gpointer values = g_malloc (gs_program_get_sample_bytes (program));
      const double key = time_key (run, timesteps[i / halves], i % halves);

      if (!gs_program_get_sample (program, i, values, error))
        return FALSE;
      g_hash_table_insert (run->times, g_memdup2 (&key, sizeof key), g_steal_pointer (&values));
    }
  return TRUE;
}

/* What is kept of times holds for the labels that it was computed with. */
static gboolean
check_labels (Run *run, GError **error)
{
  GsModel *model = run->session->model;
  const gsize n_bytes = model->config.unet.label_width * sizeof (float);
  g_autoptr (GByteArray) labels = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;

  if (n_bytes == 0)
    return TRUE;
  if (run->job->label == NULL || (run->batch == 2 && run->job->negative_label == NULL))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "This model needs the sizes of the picture beside the prompt");
      return FALSE;
    }
  run->n_labels = run->batch;
  g_byte_array_append (labels, (const guint8 *) run->job->label, n_bytes);
  if (run->n_labels == 2)
    g_byte_array_append (labels, (const guint8 *) run->job->negative_label, n_bytes);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&labels));
  if (model->times_labels != NULL && g_bytes_equal (model->times_labels, bytes))
    return TRUE;
  g_hash_table_remove_all (run->times);
  g_clear_pointer (&model->times_labels, g_bytes_unref);
  model->times_labels = g_steal_pointer (&bytes);
  return TRUE;
}

/* Steps' timesteps are computed together; some samplers look in between, too. */
static gboolean
give_time (Run *run, double timestep, GError **error)
{
  gconstpointer values = g_hash_table_lookup (run->times, &timestep);
  const guint most = GS_UNET_TIMES / MAX (run->n_labels, 1);
  double wanted[GS_UNET_TIMES] = { timestep };
  guint n = 1;

  for (guint i = 0; values == NULL && i < gs_sampler_n_steps (run->sampler); i++)
    {
      double t = gs_sampler_timestep (run->sampler, i);

      if (n < most && t != timestep && !g_hash_table_contains (run->times, &t))
        wanted[n++] = t;
    }
  if (values == NULL && !compute_times (run, wanted, n, error))
    return FALSE;
  for (guint b = 0; b < run->batch; b++)
    {
      const double key = time_key (run, timestep, b);

      values = g_hash_table_lookup (run->times, &key);
      if (!gs_program_give_sample (run->programs.times, values, run->programs.steps, b, error))
        return FALSE;
    }
  return TRUE;
}

/* The prompt's and the negative prompt's vectors, which stay the same for the whole run, and often
 * from run to run: then what follows from them is on the device already. */
static gboolean
set_context (Run *run, GError **error)
{
  const GsDenoiseJob *job = run->job;
  gsize n = (gsize) job->n_tokens * run->session->model->config.unet.context_width;
  GsModel *model = run->session->model;
  float *context = g_new (float, run->batch * n);
  g_autoptr (GBytes) note = g_bytes_new_take (context, run->batch * n * sizeof *context);
  GBytes *given = gs_model_get_note (model, run->programs.steps);

  memcpy (context, job->context, n * sizeof *context);
  if (run->batch == 2)
    memcpy (context + n, job->negative, n * sizeof *context);
  if (given != NULL && g_bytes_equal (given, note))
    return TRUE;
  gs_model_set_note (model, run->programs.steps, NULL);
  if (!gs_program_set_floats (run->programs.context, "context", context, run->batch * n, error)
      || !gs_program_run_into (run->programs.context, run->programs.steps, error))
    return FALSE;
  gs_model_set_note (model, run->programs.steps, g_steal_pointer (&note));
  return TRUE;
}

static gboolean
prepare_unet (Run *run, GError **error)
{
  const GsDenoiseJob *job = run->job;

  return gs_unet_programs (run->session, run->batch, job->width, job->height, job->n_tokens,
                           &run->programs, error)
         && set_context (run, error);
}

static gboolean
try_unet (Run *run, double timestep, GError **error)
{
  const GsDenoiseJob *job = run->job;
  GsProgram *program = run->programs.steps;

  return give_time (run, timestep, error)
         && gs_program_set_nchw (program, "x", run->input, run->batch, run->channels, job->height,
                                 job->width, error)
         && gs_program_run (program, error)
         && gs_program_get_nchw (program, 0, run->output, run->batch * run->n, error);
}

/* The U-Net at input, to output. Without device memory once more, with less of it: what the sampler
 * has come to stays as it is. */
static gboolean
run_unet (Run *run, double timestep, GError **error)
{
  GError *failure = NULL;

  while (!prepare_unet (run, &failure) || !try_unet (run, timestep, &failure))
    if (!gs_memory_fall_back (run->session, &failure))
      {
        g_propagate_error (error, failure);
        return FALSE;
      }
  return TRUE;
}

static gboolean
evaluate (const float *latent, double timestep, float *output, gpointer user_data, GError **error)
{
  Run *run = user_data;
  const GsDenoiseJob *job = run->job;

  fill_input (run, latent);
  if (!run_unet (run, timestep, error))
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

/* Differential diffusion: `kept` in place of x where the strength does not reach as far back as the
 * step that begins, or, after the last, to none. As with A1111's img2img a strength s takes part in
 * the last s n + 1 of n steps, rounded down; here in none of them if it is below 1 / n. */
static void
hold (const Run *run, const float *kept, guint n_done, float *x)
{
  const float *strengths = run->job->strengths;
  const float n = run->n_steps;
  /* Means of equal strengths are not quite equal. */
  const float left = MAX (n - n_done, 1) - 1e-3f;

  for (gsize i = 0; i < run->n; i++)
    if (strengths[i % run->plane] * n < left)
      x[i] = kept[i];
}

/* Puts back what the next step, the first of which is 0, is not to change. */
static void
keep_original (Run *run, guint step, float *x)
{
  const GsDenoiseJob *job = run->job;

  if (job->blend != GS_BLEND_STEP || (job->mask == NULL && job->strengths == NULL))
    return;
  gs_sampler_renoise (run->sampler, step, job->kept, job->noise, run->scratch);
  if (job->mask != NULL)
    blend (run, run->scratch, x);
  if (job->strengths != NULL)
    hold (run, run->scratch, job->n_resumed + step, x);
}

static gboolean
after_step (const GsSamplerStep *step, gpointer user_data)
{
  Run *run = user_data;
  const GsDenoiseJob *job = run->job;

  keep_original (run, step->index + 1, step->x);
  return job->step == NULL || job->step (step, job->user_data, &run->error);
}

static void
draw (float *out, gsize n, gpointer user_data)
{
  Run *run = user_data;

  run->job->draw (out, n, run->job->user_data);
}

static void
run_clear (Run *run)
{
  gs_sampler_free (run->sampler);
  g_free (run->input);
  g_free (run->output);
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
  run->times = session->model->times;
  if (!check_labels (run, error))
    return FALSE;
  if (g_hash_table_size (run->times) > MAX_TIMES)
    g_hash_table_remove_all (run->times);
  run->scratch = g_new (float, run->n);
  run->sampler = gs_sampler_new (job->options, job->schedule, job->n_steps, job->strength, run->n,
                                 error);
  if (run->sampler == NULL)
    return FALSE;
  run->n_steps = gs_sampler_n_steps (run->sampler);
  return TRUE;
}

static gboolean
start (Run *run, float *x, GError **error)
{
  const GsDenoiseJob *job = run->job;

  if (job->resume == NULL)
    gs_sampler_start (run->sampler, job->init, job->noise, x);
  else
    {
      memcpy (x, job->resume, run->n * sizeof *x);
      gs_sampler_skip (run->sampler, job->n_resumed);
      keep_original (run, 0, x);
    }
  return job->begin == NULL || job->begin (run->sampler, x, job->user_data, error);
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

  if (!run_init (&run, session, job, error) || !start (&run, x, error))
    return FALSE;
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
