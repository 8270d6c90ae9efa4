/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named noise levels.
 *
 * KARRAS is equation 5 of Karras et al. 2022 with rho = 7; EXPONENTIAL, POLYEXPONENTIAL and UNIFORM
 * are k-diffusion's (sampling.py, external.py); BETA is Lee et al., "Beta Sampling is All You Need"
 * (2024); ALIGN_YOUR_STEPS holds the optimised levels of Sabour et al. 2024
 * (research.nvidia.com/labs/toronto-ai/AlignYourSteps), GITS those of Chen et al., "On the
 * Trajectory Regularity of ODE-based Diffusion Sampling" (2024); KL_OPTIMAL is the tangent rule
 * from the appendix of Sabour et al. What each is called and where it ends follows AUTOMATIC1111's
 * stable-diffusion-webui (modules/sd_schedulers.py), so that its pictures can be made again. */
#include "sample/sigma-table.h"

#include "sample/beta-quantile.h"
#include "sample/name-match.h"

#include <math.h>

static const double ays_sd1[] = { 14.615, 6.475, 3.861, 2.697, 1.886, 1.396,
                                  0.963,  0.652, 0.399, 0.152, 0.029 };
static const double ays_sdxl[] = { 14.615, 6.315, 3.771, 2.181, 1.342, 0.862,
                                   0.555,  0.380, 0.234, 0.113, 0.029 };
static const double gits_sd1[] = { 14.615, 4.617, 2.507, 1.236, 0.702, 0.402,
                                   0.240,  0.156, 0.104, 0.094, 0.029 };

/* The 32-level refinement of ays_sd1 that A1111 ships. */
static const double ays_32[] = {
  14.615,      11.23951352, 8.64363081, 6.64729424, 5.57250862, 4.71648546, 3.99196065, 3.5195609,
  3.13490466,  2.79228788,  2.48773628, 2.21663865, 1.97508351, 1.7793172,  1.61475335, 1.46540953,
  1.314849,    1.16642497,  1.03475547, 0.91573744, 0.80748169, 0.71202361, 0.621739,   0.53065202,
  0.4529096,   0.37491455,  0.27461819, 0.2011529,  0.14105873, 0.06682881, 0.03166121, 0.015,
};

static double
fraction (guint i, guint n)
{
  return n > 1 ? (double) i / (n - 1) : 0.0;
}

void
gs_sigma_curve (GsSigmas kind, double *out, guint n, double sigma_min, double sigma_max)
{
  const double rho = 7.0;
  double karras_max = pow (sigma_max, 1.0 / rho), karras_min = pow (sigma_min, 1.0 / rho);
  double log_max = log (sigma_max), log_min = log (sigma_min);

  for (guint i = 0; i < n; i++)
    {
      double ramp = fraction (i, n);

      if (kind == GS_SIGMAS_KARRAS)
        out[i] = pow (karras_max + ramp * (karras_min - karras_max), rho);
      else if (kind == GS_SIGMAS_BETA)
        out[i] = sigma_min + gs_beta_quantile (1.0 - ramp, 0.6, 0.6) * (sigma_max - sigma_min);
      else
        out[i] = exp (log_max + ramp * (log_min - log_max));
    }
}

/* n levels read from a list of levels, log-linearly. */
static void
stretch_levels (double *out, guint n, const double *levels, guint n_levels)
{
  for (guint i = 0; i < n; i++)
    {
      double place = fraction (i, n) * (n_levels - 1);
      guint low = MIN ((guint) place, n_levels - 2);
      double weight = place - low;

      out[i] = exp ((1.0 - weight) * log (levels[low]) + weight * log (levels[low + 1]));
    }
}

static void
ddim_levels (GArray *table, const GsSchedule *schedule, guint n)
{
  guint stride = MAX (schedule->n / n, 1);
  guint last = 1 + (schedule->n - 2) / stride * stride;

  g_array_set_size (table, 0);
  for (gint t = (gint) last; t >= 1; t -= (gint) stride)
    {
      double sigma = schedule->sigmas[t];

      g_array_append_val (table, sigma);
    }
}

static void
fill_levels (double *out, GsSigmas kind, const GsSchedule *schedule, guint n, double sigma_min,
             double sigma_max)
{
  guint n_train = schedule->n;
  double t_max = gs_schedule_sigma_to_t (schedule, sigma_max);
  double t_min = gs_schedule_sigma_to_t (schedule, sigma_min);

  for (guint i = 0; i < n; i++)
    switch (kind)
      {
      case GS_SIGMAS_SGM_UNIFORM:
        out[i] = gs_schedule_t_to_sigma (schedule, t_max + (t_min - t_max) * i / n);
        break;
      case GS_SIGMAS_SIMPLE:
        out[i] =
          schedule->sigmas[n_train - 1 - MIN ((guint) (i * ((double) n_train / n)), n_train - 1)];
        break;
      case GS_SIGMAS_TRAILING:
        out[i] = schedule->sigmas[(guint) MAX (rint ((n - i) * ((double) n_train / n)) - 1.0, 0.0)];
        break;
      case GS_SIGMAS_KL_OPTIMAL:
        out[i] = tan (atan (sigma_max) + (atan (sigma_min) - atan (sigma_max)) * i / n);
        break;
      case GS_SIGMAS_UNIFORM:
      default:
        out[i] = gs_schedule_t_to_sigma (schedule, t_max + (t_min - t_max) * fraction (i, n));
        break;
      }
}

GArray *
gs_sigma_table_new (GsSigmas kind, const GsSchedule *schedule, guint n, double sigma_min,
                    double sigma_max)
{
  GArray *table = g_array_new (FALSE, TRUE, sizeof (double));
  double *out, last = 0.0;

  if (sigma_min <= 0.0)
    sigma_min = gs_schedule_sigma_min (schedule);
  if (sigma_max <= 0.0)
    sigma_max = gs_schedule_sigma_max (schedule);
  g_array_set_size (table, n);
  out = (double *) (void *) table->data;

  switch (kind)
    {
    case GS_SIGMAS_KARRAS:
    case GS_SIGMAS_EXPONENTIAL:
    case GS_SIGMAS_POLYEXPONENTIAL: /* with A1111's rho of 1 the same curve */
    case GS_SIGMAS_LU:
    case GS_SIGMAS_BETA:
      gs_sigma_curve (kind, out, n, sigma_min, sigma_max);
      break;
    case GS_SIGMAS_ALIGN_YOUR_STEPS:
      stretch_levels (out, n, ays_sd1, G_N_ELEMENTS (ays_sd1));
      break;
    case GS_SIGMAS_ALIGN_YOUR_STEPS_SDXL:
      stretch_levels (out, n, ays_sdxl, G_N_ELEMENTS (ays_sdxl));
      break;
    case GS_SIGMAS_ALIGN_YOUR_STEPS_32:
      stretch_levels (out, n, ays_32, G_N_ELEMENTS (ays_32));
      break;
    case GS_SIGMAS_GITS:
      stretch_levels (out, n, gits_sd1, G_N_ELEMENTS (gits_sd1));
      break;
    case GS_SIGMAS_DDIM:
      ddim_levels (table, schedule, n);
      break;
    case GS_SIGMAS_KL_OPTIMAL:
      last = sigma_min;
      G_GNUC_FALLTHROUGH;
    default:
      fill_levels (out, kind, schedule, n, sigma_min, sigma_max);
      break;
    }

  g_array_append_val (table, last);
  for (guint i = 0; i < table->len; i++)
    g_array_index (table, double, i) = (float) g_array_index (table, double, i);
  return table;
}

static const GsScheduleName names[] = {
  { "normal", "Normal", GS_SIGMAS_UNIFORM },
  { "karras", "Karras", GS_SIGMAS_KARRAS },
  { "exponential", "Exponential", GS_SIGMAS_EXPONENTIAL },
  { "sgm-uniform", "SGM Uniform", GS_SIGMAS_SGM_UNIFORM },
  { "simple", "Simple", GS_SIGMAS_SIMPLE },
  { "beta", "Beta", GS_SIGMAS_BETA },
  { "trailing", "Trailing", GS_SIGMAS_TRAILING },
  { "polyexponential", "Polyexponential", GS_SIGMAS_POLYEXPONENTIAL },
  { "kl-optimal", "KL Optimal", GS_SIGMAS_KL_OPTIMAL },
  { "align-your-steps", "Align Your Steps", GS_SIGMAS_ALIGN_YOUR_STEPS },
  { "align-your-steps-32", "Align Your Steps 32", GS_SIGMAS_ALIGN_YOUR_STEPS_32 },
  { "align-your-steps-sdxl", "Align Your Steps SDXL", GS_SIGMAS_ALIGN_YOUR_STEPS_SDXL },
  { "align-your-steps-gits", "Align Your Steps GITS", GS_SIGMAS_GITS },
  { "ddim-uniform", "DDIM Uniform", GS_SIGMAS_DDIM },
  { NULL, NULL, 0 },
};

/* What other programs call them. */
static const struct
{
  const char *name;
  const char *id;
} other_names[] = {
  { "uniform", "normal" },
  { "ddim", "ddim-uniform" },
  { "turbo", "trailing" },
  { "align-your-steps-11", "align-your-steps" },
};

const GsScheduleName *
gs_schedule_names (void)
{
  return names;
}

const GsScheduleName *
gs_schedule_name_lookup (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (other_names); i++)
    if (gs_name_matches (name, other_names[i].name))
      name = other_names[i].id;
  for (const GsScheduleName *entry = names; entry->id != NULL; entry++)
    if (gs_name_matches (name, entry->id) || gs_name_matches (name, entry->label))
      return entry;
  return NULL;
}
