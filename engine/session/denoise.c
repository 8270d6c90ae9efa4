/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop around the U-Net. The parts of a guided evaluation are one batch: prompt and negative prompt,
 * and with an editing model, third, the negative prompt without the picture.
 */
#include "session/denoise.h"

#include "models/unet.h"
#include "sample/guidance.h"
#include "session/control-hint.h"
#include "session/denoise-times.h"
#include "session/memory-stages.h"
#include "session/model.h"
#include "session/speed.h"

#define MAX_BATCH 3

/* The programs for the controls that act together; with none, the plain ones. */
typedef struct
{
  GsControlMask  mask;
  GsUnetPrograms ways[GS_N_UNET_PARTS][MAX_BATCH]; /* by batch - 1; steps NULL: not made yet */
  GsProgram     *times_program; /* of any of them */
  GHashTable    *times;         /* timestep -> what that makes of it */
} Variant;

typedef struct
{
  GsSession          *session;
  const GsDenoiseJob *job;
  GsSampler          *sampler;
  GsSpeedState        speed;
  Variant             variants[2 * GS_MAX_CONTROLS + 1]; /* each control begins and ends once */
  guint               n_variants;
  Variant            *now;      /* the one for the current step */
  guint               step;     /* that is being made, those before its resumption included */
  guint               batch;    /* 1, or 2 or 3 with guidance */
  GsDenoiseTimes      times;
  guint32             channels; /* of the U-Net's input       */
  gsize               plane;    /* H W                        */
  gsize               n;        /* elements of a latent       */
  guint               n_steps;  /* of the run, those before its resumption included */
  float              *input;    /* (batch, channels, H, W)    */
  float              *output;   /* (batch, 4, H, W): prompt, negative prompt, that without picture */
  float              *scratch;  /* (4, H, W)                  */
  gboolean            has_ended; /* before the sampler has */
  GError             *error;    /* set where a callback has no way to return one */
} Run;

/* The latent, for each sample of the batch, with the further channels behind it; the last of three is
 * shown no picture. */
static void
fill_input (Run *run, guint batch, const float *latent)
{
  gsize extra = run->channels * run->plane - run->n;

  for (guint b = 0; b < batch; b++)
    {
      float *input = run->input + b * run->channels * run->plane;

      memcpy (input, latent, run->n * sizeof *input);
      if (extra > 0 && b < 2)
        memcpy (input + run->n, run->job->extra, extra * sizeof *input);
      else if (extra > 0)
        memset (input + run->n, 0, extra * sizeof *input);
    }
}

/* The prompt's and the negative prompt's vectors, which stay the same for the whole run, and often
 * from run to run: then what follows from them is on the device already. */
static gboolean
set_context (Run *run, const GsUnetPrograms *programs, guint batch, GError **error)
{
  const GsDenoiseJob *job = run->job;
  gsize n = (gsize) job->n_tokens * run->session->model->config.unet.context_width;
  GsModel *model = run->session->model;
  float *context = g_new (float, batch * n);
  g_autoptr (GBytes) note = g_bytes_new_take (context, batch * n * sizeof *context);
  GBytes *given = gs_model_get_note (model, programs->steps);

  memcpy (context, job->context, n * sizeof *context);
  for (guint b = 1; b < batch; b++)
    memcpy (context + b * n, job->negative, n * sizeof *context);
  if (given != NULL && g_bytes_equal (given, note))
    return TRUE;
  gs_model_set_note (model, programs->steps, NULL);
  if (!gs_program_set_floats (programs->context, "context", context, batch * n, error)
      || !gs_program_run_into (programs->context, programs->steps, error))
    return FALSE;
  gs_model_set_note (model, programs->steps, g_steal_pointer (&note));
  return TRUE;
}

/* The programs of a way, with the prompts in them. NULL on error. */
static const GsUnetPrograms *
take_way (Run *run, GsWay way, GError **error)
{
  const GsDenoiseJob *job = run->job;
  const GsUnetGuides guides = { job->controls, run->now->mask, job->speed.free_u };
  GsUnetPrograms *programs = &run->now->ways[way.part][way.batch - 1];

  if (programs->steps != NULL)
    return programs;
  if (!gs_unet_programs (run->session, way.part, way.batch, job->width, job->height, job->n_tokens,
                         &guides, programs, error))
    return NULL;
  run->now->times_program = programs->times;
  return (programs->context == NULL || set_context (run, programs, way.batch, error))
             && gs_control_give_hints (run->session, &guides, job->width, job->height,
                                       programs->steps, error)
           ? programs
           : NULL;
}

/* The programs for the controls of the step that is being made. What deep layers and prompts said with
 * others is not handed on. */
static void
choose_variant (Run *run)
{
  const GsDenoiseJob *job = run->job;
  const guint n_steps = MAX (run->n_steps, 1);
  const GsControlMask mask = gs_controls_active (job->controls, job->n_controls,
                                                 MIN (run->step, n_steps - 1), n_steps);

  if (run->now != NULL && run->now->mask == mask)
    return;
  run->now = NULL;
  for (guint i = 0; i < run->n_variants; i++)
    if (run->variants[i].mask == mask)
      run->now = &run->variants[i];
  if (run->now == NULL)
    {
      run->now = &run->variants[run->n_variants++];
      run->now->mask = mask;
      /* With controls it is not kept: a times' results are 53 MFLOP. */
      run->now->times = mask == 0 ? g_hash_table_ref (run->session->model->times)
                                  : g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
    }
  run->speed.deep_batch = 0;
  run->speed.has_cross = FALSE;
}

/* What ControlNets see beside an inpainting U-Net. */
static gboolean
set_latent (Run *run, const GsUnetPrograms *programs, guint batch, const float *latent, GError **error)
{
  const GsDenoiseJob *job = run->job;
  g_autofree float *both = NULL;

  if (!gs_unet_wants_latent (run->session, &(GsUnetGuides) { job->controls, run->now->mask }))
    return TRUE;
  both = g_new (float, batch * run->n);
  for (guint b = 0; b < batch; b++)
    memcpy (both + b * run->n, latent, run->n * sizeof *both);
  return gs_program_set_nchw (programs->steps, "latent", both, batch, run->n / run->plane,
                              job->height, job->width, error);
}

/* Hands on what a later evaluation is to go on from. */
static gboolean
pass_on (Run *run, const GsUnetPrograms *from, GsWay way, GError **error)
{
  const GsUnetPrograms *to;

  if (way.part != GS_UNET_KEEP_DEEP && way.part != GS_UNET_KEEP_CROSS)
    return TRUE;
  to = take_way (run, way.part == GS_UNET_KEEP_DEEP ? (GsWay) { GS_UNET_SHALLOW, way.batch }
                                                    : (GsWay) { GS_UNET_GATED, 1 }, error);
  return to != NULL && gs_program_pass (from->steps, to->steps, error);
}

/* The U-Net at a latent, to run->output, in the next way. */
static gboolean
try_unet (Run *run, const float *latent, double timestep, GsWay *way, GError **error)
{
  const GsDenoiseJob *job = run->job;
  const GsUnetPrograms *programs;

  choose_variant (run);
  *way = gs_speed_next (&run->speed, run->step);
  programs = take_way (run, *way, error);
  if (programs == NULL)
    return FALSE;
  fill_input (run, way->batch, latent);
  return gs_denoise_times_give (&run->times, run->now->times_program, run->now->times, programs->steps,
                                way->batch, timestep, error)
         && set_latent (run, programs, way->batch, latent, error)
         && gs_program_set_nchw (programs->steps, "x", run->input, way->batch, run->channels,
                                 job->height, job->width, error)
         && gs_program_run (programs->steps, error)
         && gs_program_get_nchw (programs->steps, 0, run->output, way->batch * run->n, error)
         && pass_on (run, programs, *way, error);
}

/* Programs may be gone, and with them what they handed on. */
static void
forget_programs (Run *run)
{
  for (guint i = 0; i < run->n_variants; i++)
    {
      memset (run->variants[i].ways, 0, sizeof run->variants[i].ways);
      run->variants[i].times_program = NULL;
    }
  run->speed.deep_batch = 0;
  run->speed.has_cross = FALSE;
}

/* Without device memory once more, with less of it: what the sampler has come to stays as it is. */
static gboolean
run_unet (Run *run, const float *latent, double timestep, GsWay *way, GError **error)
{
  GError *failure = NULL;

  while (!try_unet (run, latent, timestep, way, &failure))
    {
      forget_programs (run);
      if (!gs_memory_fall_back (run->session, &failure))
        {
          g_propagate_error (error, failure);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
evaluate (const float *latent, double timestep, float *output, gpointer user_data, GError **error)
{
  Run *run = user_data;
  const GsDenoiseJob *job = run->job;
  GsWay way;

  if (!run_unet (run, latent, timestep, &way, error))
    return FALSE;
  if (way.batch > 1)
    {
      if (way.batch == 2)
        gs_guide (output, run->output, run->output + run->n, run->n, job->guidance_scale);
      else
        gs_guide_edit (output, run->output, run->output + run->n, run->output + 2 * run->n, run->n,
                       job->guidance_scale, job->image_guidance);
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
  run->step = job->n_resumed + step->index + 1;
  if (job->step != NULL && !job->step (step, job->user_data, &run->error))
    return FALSE;
  run->has_ended = job->n_made > 0 && run->step >= job->n_made;
  return !run->has_ended;
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
  for (guint i = 0; i < run->n_variants; i++)
    g_hash_table_unref (run->variants[i].times);
  gs_sampler_free (run->sampler);
  g_free (run->input);
  g_free (run->output);
  g_free (run->scratch);
  g_clear_error (&run->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

guint
gs_denoise_batch (GsSession *session, gboolean is_guided, float image_guidance)
{
  if (!is_guided)
    return 1;
  return gs_model_config_is_editing (&session->model->config) && image_guidance != 1 ? 3 : 2;
}

static gboolean
run_init (Run *run, GsSession *session, const GsDenoiseJob *job, GError **error)
{
  const GsUnetConfig *config = &session->model->config.unet;

  run->session = session;
  run->job = job;
  run->batch = gs_denoise_batch (session, job->negative != NULL, job->image_guidance);
  run->channels = config->in_channels;
  run->plane = (gsize) job->width * job->height;
  run->n = config->out_channels * run->plane;
  if (run->channels > config->out_channels && job->extra == NULL)
    {
      g_set_error_literal (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                           gs_model_config_is_editing (&session->model->config)
                             ? "This model edits pictures: give it one"
                             : "This model repaints parts of pictures: give it a picture and a mask");
      return FALSE;
    }
  run->input = g_new (float, run->batch * run->channels * run->plane);
  run->output = g_new (float, run->batch * run->n);
  if (!gs_denoise_times_init (&run->times, session->model, job, run->batch, error))
    return FALSE;
  run->scratch = g_new (float, run->n);
  run->sampler = gs_sampler_new (job->options, job->schedule, job->n_steps, job->strength, run->n,
                                 error);
  if (run->sampler == NULL)
    return FALSE;
  run->times.sampler = run->sampler;
  run->n_steps = gs_sampler_n_steps (run->sampler);
  run->step = job->n_resumed;
  run->speed = (GsSpeedState) { .speed = job->speed, .n_steps = run->n_steps,
                                .batch = run->batch };
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
      if (run.has_ended)
        {
          g_clear_error (error);
          return TRUE;
        }
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
