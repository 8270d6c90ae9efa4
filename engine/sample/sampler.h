/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sampler turns noise into a latent by asking a model again and again what it sees.
 *
 *   g_autoptr (GsSampler) sampler = gs_sampler_new (&options, schedule, 20, 1.0, n, &error);
 *   gs_sampler_start (sampler, NULL, noise, x);
 *   gs_sampler_run (sampler, x, &callbacks, user_data, &error);
 *
 * Latents are host arrays of n_elements floats, whatever their shape; the model's evaluation and
 * the noise come from the caller. Arithmetic is float with coefficients and sums in double.
 *
 * x is kept either as x0 + sigma n (k-diffusion, and diffusers' Euler, Heun, LMS, DPM2) or at unit
 * variance (DDIM and the others); gs_sampler_start() and gs_sampler_renoise() know which. Not
 * thread-safe. */
#pragma once

#include "sample/options.h"

G_BEGIN_DECLS

typedef struct _GsSampler GsSampler;

typedef struct
{
  guint index;            /* 0 .. n_steps - 1, of the steps that are run */
  guint n_steps;
  float *x;               /* the latent after the step; may be changed */
  const float *x0;        /* the latest estimate of the finished latent */
  const float *estimate;  /* what LCM (boundary-scaled x0) and TCD (latent at the earlier time)
                             predict, else x0 */
  double sigma;           /* noise left in x, as in x0 + sigma n */
  double timestep;        /* at which the next step begins; -1 after the last */
} GsSamplerStep;

typedef struct
{
  /* Evaluates the model on the scaled latent `input` at a timestep that may be fractional. `output`
   * gets what the model returns (noise, v or x0; classifier-free guidance is the caller's). FALSE
   * with an error set ends the run. */
  gboolean (*denoise) (const float *input, double timestep, float *output, gpointer user_data,
                       GError **error);

  /* Fills `out` with n standard normal numbers. May be NULL where gs_sampler_draws_noise() is
   * FALSE. */
  void (*noise) (float *out, gsize n, gpointer user_data);

  /* After every evaluation: the latent it saw (not scaled) and the estimate x0, which may be
   * changed, e.g. blended with the original where a mask is 0 as A1111 does. Returns TRUE if it
   * was. May be NULL. */
  gboolean (*denoised) (const float *x, float *x0, double sigma, double timestep,
                        gpointer user_data);

  /* After every step. FALSE cancels: the run ends with GS_ERROR_CANCELLED. May be NULL. */
  gboolean (*step) (const GsSamplerStep *step, gpointer user_data);
} GsSamplerCallbacks;

/* n_steps: of the whole schedule, 1 .. GS_MAX_STEPS. strength: 1 runs all of them, less only the
 * last part (image to image), 0 none. The schedule must outlive the sampler; options are copied. */
GsSampler *gs_sampler_new (const GsSamplerOptions *options, const GsSchedule *schedule,
                           guint n_steps, double strength, gsize n_elements, GError **error);
void gs_sampler_free (GsSampler *sampler);

/* Steps and model evaluations that a run takes. */
guint gs_sampler_n_steps (const GsSampler *sampler);
guint gs_sampler_n_evaluations (const GsSampler *sampler);
gboolean gs_sampler_draws_noise (const GsSampler *sampler);

/* Timestep and sigma at which step i begins. i = n_steps gives the end: sigma left over, timestep
 * -1. */
double gs_sampler_timestep (const GsSampler *sampler, guint i);
double gs_sampler_sigma (const GsSampler *sampler, guint i);

/* The factor on unit noise that starts a run from nothing. */
double gs_sampler_init_noise_sigma (const GsSampler *sampler);

/* The latent to begin with: scaled noise, or init noised to the first timestep of the run (init
 * itself where no step is left). init: x0 or NULL. x may be one of the inputs. */
void gs_sampler_start (const GsSampler *sampler, const float *init, const float *noise, float *x);

/* Begins the run n steps later, at most at its end: for a latent that other steps have brought that
 * far. Steps count from there; samplers that remember steps have none to remember. Before
 * gs_sampler_run (). */
void gs_sampler_skip (GsSampler *sampler, guint n);

/* init as it would be when step i begins, for blending after step i - 1; i = n_steps gives init
 * itself. */
void gs_sampler_renoise (const GsSampler *sampler, guint i, const float *init, const float *noise,
                         float *out);

/* Runs all steps on x in place. On error x holds the latest finished step. */
gboolean gs_sampler_run (GsSampler *sampler, float *x, const GsSamplerCallbacks *callbacks,
                         gpointer user_data, GError **error);

/* Samplers as users see them, ended by an entry of NULLs. */
typedef struct
{
  const char *id;             /* "dpmpp-2m" */
  const char *label;          /* "DPM++ 2M", as in A1111's parameters text */
  guint evaluations;          /* model evaluations per step (the last step may take fewer) */
  gboolean draws_noise;
  gboolean follows_schedule;  /* FALSE: has timesteps of its own (see gs_sampler_options_init()) */
} GsSamplerName;

const GsSamplerName *gs_sampler_names (void);

/* The entry of an id, a label or another program's name ("k_euler_a", "DPM++ 2M"); spelled loosely
 * as in gs_schedule_name_lookup(). A1111's old labels with a schedule ("DPM++ 2M Karras") are found
 * too; then *schedule, if given, is the schedule's id, else NULL. NULL if there is none. */
const GsSamplerName *gs_sampler_lookup (const char *name, const char **schedule);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsSampler, gs_sampler_free)

G_END_DECLS
