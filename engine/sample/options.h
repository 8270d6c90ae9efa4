/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that can be chosen about a sampler.
 *
 * Programs that people's seeds come from disagree in details: which timesteps, rounded or not, what
 * the last sigma is, when a solver falls back to a lower order, whether noise is drawn where its
 * factor is zero. Each such detail is an option here; two functions set them all at once:
 * gs_sampler_options_init() for what a user picks, gs_sampler_options_from_config()
 * (sampler-config.h) for a scheduler_config.json. */
#pragma once

#include "sample/sigma-table.h"

G_BEGIN_DECLS

typedef enum
{
  GS_PREDICT_EPSILON, /* the model returns the noise */
  GS_PREDICT_V,       /* signal * noise - noise_scale * x0 (Salimans and Ho 2022) */
  GS_PREDICT_SAMPLE,  /* x0 itself */
} GsPrediction;

/* Where the timesteps and sigmas come from. */
typedef enum
{
  GS_TIMES_SIGMAS, /* a named table (k-diffusion, A1111); t follows from sigma and is fractional */
  GS_TIMES_SPACED, /* diffusers' Euler, Heun, LMS, DPM2: N timesteps, sigma follows */
  GS_TIMES_MULTISTEP, /* diffusers' DPM-Solver, UniPC, DEIS: N of N + 1 whole timesteps */
  GS_TIMES_DISCRETE,  /* DDIM, PLMS: N whole timesteps of the training schedule */
  GS_TIMES_DISTILLED, /* LCM, TCD: N of the timesteps that the model was distilled on */
} GsTimes;

typedef enum
{
  GS_SPACING_LEADING,  /* multiples of n_train / N, plus steps_offset */
  GS_SPACING_LINSPACE, /* from 0 to the last, both included */
  GS_SPACING_TRAILING, /* counted from the last, which is included */
} GsSpacing;

typedef enum
{
  GS_ROUND_NONE,
  GS_ROUND_NEAREST,
  GS_ROUND_DOWN,
} GsRounding;

typedef enum
{
  GS_FINAL_ZERO,
  GS_FINAL_SIGMA_MIN, /* the training schedule's least */
  GS_FINAL_REPEAT,    /* the last sigma once more */
} GsFinalSigma;

typedef enum
{
  GS_SOLVER_MIDPOINT,
  GS_SOLVER_HEUN,
  GS_SOLVER_BH1, /* UniPC */
  GS_SOLVER_BH2,
} GsSolver;

/* How many steps of a schedule a denoising strength below 1 keeps. */
typedef enum
{
  GS_STRENGTH_EXACT, /* int (steps * strength): diffusers */
  GS_STRENGTH_A1111, /* int (steps * min (strength, 0.999)) + 1 */
} GsStrengthRule;

#define GS_MAX_STEPS 1000

typedef struct
{
  const char *sampler; /* an id of gs_sampler_names() */
  GsPrediction prediction;

  GsTimes times;
  GsSigmas sigmas; /* SIGMAS: the table. SPACED and MULTISTEP: the curve, if resample is set */
  gboolean resample;       /* SPACED and MULTISTEP: sigmas by a curve, t follows from them */
  GsRounding round_times;  /* of timesteps that follow from sigmas */
  gboolean drop_penultimate; /* SIGMAS: make one step more and leave out the last but one sigma */
  const double *own_sigmas;  /* SIGMAS: n + 1 sigmas to use instead of a table, or NULL; borrowed */
  gboolean log_linear; /* SPACED: sigmas log-linear between the ends (Euler's interpolation_type) */
  gboolean quarter_log_times; /* SPACED: t = ln (sigma) / 4 (Euler's timestep_type "continuous") */
  GsSpacing spacing;
  gint steps_offset;
  double sigma_min, sigma_max;  /* 0: the schedule's */
  double lambda_min_clipped; /* MULTISTEP: least log (alpha / sigma) at which to start; -infinity */
  GsFinalSigma final_sigma;
  gboolean variance_preserving; /* the latent is kept at unit variance instead of x0 + sigma n */
  gboolean final_alpha_one;     /* DISCRETE: what lies before the first timestep is clean */
  guint original_steps;         /* DISTILLED */
  double timestep_scaling;      /* LCM */
  GsStrengthRule strength_rule;

  guint order; /* LMS 1 .. 4, DPM++ 2M .. 3M, UniPC, DEIS 1 .. 3 */
  GsSolver solver;
  gboolean predict_noise;     /* DPM-Solver, UniPC: work on the noise instead of on x0 */
  gboolean lower_order_final; /* for schedules below 15 steps; UniPC: for all */
  gboolean euler_at_final;
  gboolean k_diffusion_order; /* DPM++ multistep: full order unless the next sigma is 0 */
  gboolean runge_kutta_start; /* PLMS: first three steps by Runge-Kutta */
  guint32 no_corrector[GS_MAX_STEPS / 32 + 1]; /* UniPC: bit i set = no corrector for step i */

  double eta;     /* noise added: 0 none, 1 as much as the diffusion took; TCD's gamma */
  double s_noise; /* scale of added noise */
  double s_churn, s_tmin, s_tmax; /* Karras et al. 2022, algorithm 2: Euler, Heun, DPM2 */
  double midpoint_ratio;          /* DPM++ SDE: place of the second evaluation */
  gboolean separate_noise;        /* DPM++ SDE: draws are used as they come, not as one path's */
  gboolean noise_at_end;          /* draw noise for the last step too, where its factor is 0 */

  gboolean clip_x0; /* clamp x0 to +- clip_range */
  double clip_range;
  gboolean threshold_x0; /* dynamic thresholding (Saharia et al. 2022) */
  double threshold_ratio;
  double threshold_max;
} GsSamplerOptions;

/* Neutral values: Euler, epsilon, k-diffusion's uniform sigmas, eta 1, s_noise 1, order 2. */
void gs_sampler_options_clear (GsSamplerOptions *options);

/* What a user's choice means. sampler and schedule: ids, labels or other programs' names (see
 * gs_sampler_lookup() and gs_schedule_name_lookup()); NULL or "": "euler-a" and "normal". The
 * schedule "automatic" is the one A1111 means by that, which depends on the sampler.
 *
 * Euler to DPM++ follow k-diffusion as A1111 runs it; DDIM, PLMS, UniPC, DEIS, LCM and TCD follow
 * diffusers with Stable Diffusion's settings. DDIM and PLMS know the schedules "normal" and
 * "trailing", LCM and TCD have only their own; others are taken for "normal" there. Unknown names:
 * GS_ERROR_INVALID_ARGUMENT. */
gboolean gs_sampler_options_init (GsSamplerOptions *options, const char *sampler,
                                  const char *schedule, GsPrediction prediction, GError **error);

G_END_DECLS
