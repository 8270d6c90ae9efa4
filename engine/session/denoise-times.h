/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the U-Net makes of timesteps, and of the sizes that SDXL is told: computed for many steps at once and
 * kept from run to run.
 */
#pragma once

#include "session/denoise.h"
#include "session/model.h"

G_BEGIN_DECLS

/* Of one run; everything is borrowed. */
typedef struct
{
  GsModel            *model;
  const GsDenoiseJob *job;
  const GsSampler    *sampler;
  guint               n_labels; /* as many as samples of a batch, or 0: the model takes none */
} GsDenoiseTimes;

/* Forgets what is kept for other labels than the job's. Fails where the model wants labels and the job has none. */
gboolean gs_denoise_times_init (GsDenoiseTimes     *times,
                                GsModel            *model,
                                const GsDenoiseJob *job,
                                guint               batch,
                                GError            **error);

/* Puts a timestep's values into `steps`, for each sample of the batch. `program` computes them where `kept`
 * (g_int64 of the key's bits -> values) has none, and then those of the sampler's further steps, too. */
gboolean gs_denoise_times_give (const GsDenoiseTimes *times,
                                GsProgram            *program,
                                GHashTable           *kept,
                                GsProgram            *steps,
                                guint                 batch,
                                double                timestep,
                                GError              **error);

G_END_DECLS
