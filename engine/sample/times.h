/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The timesteps and noise levels of a run, worked out before it starts. */
#pragma once

#include "sample/options.h"

G_BEGIN_DECLS

typedef struct
{
  guint n;           /* steps of the whole schedule */
  double *timesteps; /* n: what the model is told */
  double *sigmas;    /* n + 1, descending: in x0 + sigma n */
  double *alphas;    /* n, DISCRETE and DISTILLED: alphas_cumprod at the timesteps; else NULL */
  double *targets;   /* n, DISCRETE: alphas_cumprod that each step leads to; else NULL */
  double init_noise_sigma;
} GsTimetable;

GsTimetable *gs_timetable_new (const GsSamplerOptions *options, const GsSchedule *schedule,
                               guint n_steps, GError **error);
void gs_timetable_free (GsTimetable *times);

/* The step at which a run of the given denoising strength (0 .. 1) begins; n_steps: there is
 * nothing to do. */
guint gs_first_step (GsStrengthRule rule, guint n_steps, double strength);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsTimetable, gs_timetable_free)

G_END_DECLS
