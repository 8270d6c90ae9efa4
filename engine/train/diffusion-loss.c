/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loss in a graph. */
#include "train/diffusion-loss.h"

#include "models/unet.h"
#include "ops/ops.h"

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
