/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The noise schedule a model was trained with.
 *
 * At training step t a picture's latent x0 became  sqrt(a_t) x0 + sqrt(1 - a_t) n,  a_t =
 * alphas_cumprod[t], n standard normal (Ho et al., "Denoising Diffusion Probabilistic Models",
 * 2020). Divided by sqrt(a_t) this is x0 + sigma_t n  with  sigma_t = sqrt((1 - a_t) / a_t), the
 * form in which most samplers think (Karras et al., "Elucidating the Design Space of
 * Diffusion-Based Generative Models", 2022). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  GS_BETAS_SCALED_LINEAR,  /* sqrt(beta) is linear in t: Stable Diffusion */
  GS_BETAS_LINEAR,         /* beta is linear in t */
  GS_BETAS_SQUARED_COSINE, /* Nichol and Dhariwal 2021, "squaredcos_cap_v2" */
} GsBetaKind;

/* What a scheduler_config.json or a checkpoint's family says about the training noise. */
typedef struct
{
  GsBetaKind betas;
  double beta_start;
  double beta_end;
  guint n_train_steps;
  gboolean zero_terminal_snr; /* rescale so that the last step is pure noise */
} GsNoiseConfig;

#define GS_NOISE_CONFIG_SD \
  ((GsNoiseConfig) { GS_BETAS_SCALED_LINEAR, 0.00085, 0.012, 1000, FALSE })

/* Every array has n elements; index 0 is the least noise. All were rounded to float where PyTorch
 * rounds. */
typedef struct
{
  GsNoiseConfig config;
  guint n;
  float *betas;
  float *alphas_cumprod; /* the last is exactly 0 with zero_terminal_snr */
  float *sigmas;         /* finite even then: 0 is taken as 2^-24, as diffusers does */
  float *log_sigmas;
} GsSchedule;

/* GS_ERROR_INVALID_ARGUMENT where the numbers make no schedule (betas outside (0, 1], no steps
 * ...). */
GsSchedule *gs_schedule_new (const GsNoiseConfig *config, GError **error);

/* The same from stored betas ("trained_betas", or `betas` in an original checkpoint); config gives
 * the rest. */
GsSchedule *gs_schedule_new_from_betas (const GsNoiseConfig *config, const float *betas, guint n,
                                        GError **error);

void gs_schedule_free (GsSchedule *schedule);

double gs_schedule_sigma_min (const GsSchedule *schedule);
double gs_schedule_sigma_max (const GsSchedule *schedule);

/* sigma at a fractional training step, log-linear between steps; t is clamped to [0, n - 1]. */
double gs_schedule_t_to_sigma (const GsSchedule *schedule, double t);

/* The inverse; sigmas outside the table give its ends. */
double gs_schedule_sigma_to_t (const GsSchedule *schedule, double sigma);

/* sigma at a fractional training step, linear between steps: diffusers' schedulers. */
double gs_schedule_interpolate_sigma (const GsSchedule *schedule, double t);

/* alphas_cumprod at training step t; `before_first` below 0 (what lies before the first step). */
double gs_schedule_alpha_cumprod (const GsSchedule *schedule, gint t, double before_first);

/* Forward noising out = signal * x0 + noise_scale * noise over n floats; out may be an input. */
void gs_add_noise (float *out, const float *x0, const float *noise, gsize n, double signal,
                   double noise_scale);

/* The v target of Salimans and Ho 2022: out = signal * noise - noise_scale * x0. */
void gs_velocity (float *out, const float *x0, const float *noise, gsize n, double signal,
                  double noise_scale);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsSchedule, gs_schedule_free)

G_END_DECLS
