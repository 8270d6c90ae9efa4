/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options of a sampler: neutral values, and what a user's choice of two names means. */
#include "sample/options.h"

#include "base/error.h"
#include "sample/name-match.h"
#include "sample/sampler-table.h"

#include <math.h>

void
gs_sampler_options_clear (GsSamplerOptions *options)
{
  *options = (GsSamplerOptions) {
    .sampler = "euler",
    .prediction = GS_PREDICT_EPSILON,
    .times = GS_TIMES_SIGMAS,
    .sigmas = GS_SIGMAS_UNIFORM,
    .spacing = GS_SPACING_LEADING,
    .lambda_min_clipped = -INFINITY,
    .original_steps = 50,
    .timestep_scaling = 10.0,
    .order = 2,
    .lower_order_final = TRUE,
    .eta = 1.0,
    .s_noise = 1.0,
    .s_tmax = INFINITY,
    .midpoint_ratio = 0.5,
    .clip_range = 1.0,
    .threshold_ratio = 0.995,
    .threshold_max = 1.0,
  };
}

/* k-diffusion's samplers as A1111 runs them. */
static void
use_k_diffusion (GsSamplerOptions *options, const GsSamplerClass *klass, GsSigmas sigmas)
{
  options->times = GS_TIMES_SIGMAS;
  options->sigmas = sigmas;
  options->k_diffusion_order = TRUE;
  options->drop_penultimate = klass->drop_penultimate;
  options->strength_rule = GS_STRENGTH_A1111;
  if (klass == &gs_sampler_lms)
    options->order = 4;
  else if (klass == &gs_sampler_dpmpp_3m_sde)
    options->order = 3;
  else if (klass == &gs_sampler_dpmpp_2m_sde_heun)
    options->solver = GS_SOLVER_HEUN;
}

/* DDIM and PLMS: Stable Diffusion's scheduler_config.json. */
static void
use_discrete (GsSamplerOptions *options, GsSigmas sigmas)
{
  options->times = GS_TIMES_DISCRETE;
  options->spacing = sigmas == GS_SIGMAS_TRAILING ? GS_SPACING_TRAILING : GS_SPACING_LEADING;
  options->steps_offset = sigmas == GS_SIGMAS_TRAILING ? 0 : 1;
  options->eta = 0.0;
}

/* UniPC and DEIS: diffusers' timesteps where it has the schedule, a table of sigmas where not. */
static void
use_multistep (GsSamplerOptions *options, GsSigmas sigmas)
{
  options->times = GS_TIMES_MULTISTEP;
  options->variance_preserving = TRUE;
  options->solver = GS_SOLVER_BH2;
  options->sigmas = sigmas;
  options->round_times = GS_ROUND_NEAREST;
  switch (sigmas)
    {
    case GS_SIGMAS_UNIFORM:
      options->spacing = GS_SPACING_LINSPACE;
      break;
    case GS_SIGMAS_TRAILING:
      options->spacing = GS_SPACING_TRAILING;
      break;
    case GS_SIGMAS_KARRAS:
    case GS_SIGMAS_EXPONENTIAL:
      options->resample = TRUE;
      break;
    default:
      options->times = GS_TIMES_SIGMAS;
      options->round_times = GS_ROUND_NONE;
      break;
    }
}

/* The named schedule; "automatic", A1111's word for the sampler's own, is the class's. */
static gboolean
choose_sigmas (const GsSamplerClass *klass, const char *schedule, GsSigmas *sigmas, GError **error)
{
  const GsScheduleName *entry;

  if (gs_name_matches (schedule, "automatic"))
    {
      *sigmas = klass->automatic;
      return TRUE;
    }
  entry = gs_schedule_name_lookup (schedule);
  if (entry == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "There is no schedule “%s”; “normal”, “karras” or “trailing” are some.",
                   schedule);
      return FALSE;
    }
  *sigmas = entry->kind;
  return TRUE;
}

gboolean
gs_sampler_options_init (GsSamplerOptions *options, const char *sampler, const char *schedule,
                         GsPrediction prediction, GError **error)
{
  const char *in_label = NULL;
  const GsSamplerName *name;
  const GsSamplerClass *klass;
  GsSigmas sigmas;

  gs_sampler_options_clear (options);
  if (sampler == NULL || *sampler == '\0')
    sampler = "euler-a";
  name = gs_sampler_lookup (sampler, &in_label);
  if (name == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "There is no sampler “%s”; “euler-a”, “dpmpp-2m” or “ddim” are some.", sampler);
      return FALSE;
    }
  if (schedule == NULL || *schedule == '\0')
    schedule = in_label != NULL ? in_label : "normal";
  klass = gs_sampler_class_of (name->id);
  if (!choose_sigmas (klass, schedule, &sigmas, error))
    return FALSE;

  options->sampler = klass->name.id;
  options->prediction = prediction;
  if (klass == &gs_sampler_ddim || klass == &gs_sampler_plms)
    use_discrete (options, sigmas);
  else if (klass == &gs_sampler_lcm || klass == &gs_sampler_tcd)
    {
      options->times = GS_TIMES_DISTILLED;
      options->eta = 0.3;
    }
  else if (klass == &gs_sampler_unipc || klass == &gs_sampler_deis)
    use_multistep (options, sigmas);
  else
    use_k_diffusion (options, klass, sigmas);
  return TRUE;
}
