/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The autoencoder's loss. */
#include "train/autoencoder-loss.h"

#include <math.h>

GsAutoencoderLoss
gs_autoencoder_loss (GsGraph *g, const GsVaeConfig *config, GsTensor *pictures, GsTensor *noise,
                     const GsAutoencoderWeights *weights)
{
  GsAutoencoderLoss loss;
  GsTensor *divergence;

  loss.moments = gs_vae_encoder (g, config, pictures);
  loss.pictures = gs_vae_decoder (g, config, gs_gaussian (g, loss.moments, noise));
  loss.total = gs_mse (g, loss.pictures, pictures);
  if (weights->gradient > 0)
    {
      const float scale = (float) sqrt (weights->gradient); /* of what is squared */

      loss.total = gs_add (g, loss.total, gs_mse (g, gs_difference (g, loss.pictures, scale),
                                                  gs_difference (g, pictures, scale)));
    }
  if (weights->divergence > 0)
    {
      divergence = gs_gaussian_divergence (g, loss.moments,
                                           (float) weights->divergence / pictures->shape.n);
      loss.total = gs_add (g, loss.total, divergence);
    }
  return loss;
}
