/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named ways to choose the noise levels a sampler visits: k-diffusion's and AUTOMATIC1111's. */
#pragma once

#include "sample/schedule.h"

G_BEGIN_DECLS

typedef enum
{
  GS_SIGMAS_UNIFORM, /* equal steps of t; A1111's "Automatic" and "Uniform", "Normal" in other
                        programs */
  GS_SIGMAS_KARRAS,
  GS_SIGMAS_EXPONENTIAL,
  GS_SIGMAS_SGM_UNIFORM,
  GS_SIGMAS_SIMPLE,
  GS_SIGMAS_BETA,
  GS_SIGMAS_TRAILING, /* whole steps of t counted from the end: A1111's "Turbo" */
  GS_SIGMAS_DDIM,
  GS_SIGMAS_POLYEXPONENTIAL,
  GS_SIGMAS_KL_OPTIMAL,
  GS_SIGMAS_ALIGN_YOUR_STEPS,
  GS_SIGMAS_ALIGN_YOUR_STEPS_32,
  GS_SIGMAS_ALIGN_YOUR_STEPS_SDXL,
  GS_SIGMAS_GITS,
  GS_SIGMAS_LU, /* equal steps of log sigma with whole timesteps: diffusers' use_lu_lambdas */
  GS_N_SIGMAS
} GsSigmas;

/* The sigmas of n steps in descending order, as float-rounded doubles: n + 1 of them, the last 0
 * (KL_OPTIMAL ends with the model's least instead, DDIM may have more where n does not divide the
 * training steps). sigma_min and sigma_max: the range, 0 for the schedule's own. n must be at
 * least 1. The caller unrefs it. */
GArray *gs_sigma_table_new (GsSigmas kind, const GsSchedule *schedule, guint n, double sigma_min,
                            double sigma_max);

/* The parts that diffusers shares: n sigmas from sigma_max to sigma_min, no end added, not rounded
 * to float. kind: KARRAS, EXPONENTIAL, LU or BETA. */
void gs_sigma_curve (GsSigmas kind, double *out, guint n, double sigma_min, double sigma_max);

/* Schedules as users see them, ended by an entry of NULLs. The first is the default. */
typedef struct
{
  const char *id;
  const char *label;
  GsSigmas kind;
} GsScheduleName;

const GsScheduleName *gs_schedule_names (void);

/* The entry of an id, a label or another program's name ("Karras", "sgm_uniform", "Uniform"),
 * whatever the case; hyphens, underscores and spaces count for nothing. NULL if there is none. */
const GsScheduleName *gs_schedule_name_lookup (const char *name);

G_END_DECLS
