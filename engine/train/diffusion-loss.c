/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loss in a graph, and its inputs on the host. */
#include "train/diffusion-loss.h"

#include "models/unet.h"
#include "ops/ops.h"

#include <math.h>
#include <string.h>

GsTensor *
gs_diffusion_loss (GsGraph *g, const GsUnetConfig *config, guint32 width, guint32 height,
                   GsTensor *context)
{
  const GsShape shape = { 1, height, width, config->in_channels };
  GsTensor *x = gs_graph_input (g, "x", shape, g->dtype);
  GsTensor *target = gs_graph_input (g, "target", shape, g->dtype);
  GsTensor *time = gs_graph_input (g, "time", (GsShape) { 1, 1, 1, config->channels[0] }, g->dtype);
  GsTensor *label = NULL;

  if (config->label_width > 0)
    label = gs_graph_input (g, "label", (GsShape) { 1, 1, 1, config->label_width }, g->dtype);
  GS_SCOPE (g, "unet");
  return gs_mse (g, gs_unet (g, config, x, time, context, label), target);
}

void
gs_diffusion_noise (const GsSchedule *schedule, GsModelPrediction prediction, guint timestep,
                    const float *latent, const float *noise, gsize n, float *x, float *target)
{
  const double alpha = gs_schedule_alpha_cumprod (schedule, (gint) timestep, 1);
  const double signal = sqrt (alpha), noise_scale = sqrt (1 - alpha);

  gs_add_noise (x, latent, noise, n, signal, noise_scale);
  if (prediction == GS_PREDICTION_V)
    gs_velocity (target, latent, noise, n, signal, noise_scale);
  else
    memcpy (target, noise, n * sizeof *target);
}
