/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an autoencoder is trained by (Rombach et al., "High-Resolution Image Synthesis with Latent
 * Diffusion Models", appendix G, without its discriminator): pictures through encoder, a sample of
 * their latents, and decoder,
 *   mean (out - picture)^2 + gradient mean (D out - D picture)^2 + divergence KL,
 * D being the differences of neighbouring pixels, which blurred edges get wrong (Mathieu et al., "Deep
 * multi-scale video prediction beyond mean square error", section 3.2, with squares), and KL the
 * divergence of a picture's latent from the standard normal distribution, summed over its elements.
 */
#pragma once

#include "models/vae.h"

G_BEGIN_DECLS

typedef struct
{
  double divergence; /* 1e-6 in Stable Diffusion's own training */
  double gradient;
} GsAutoencoderWeights;

typedef struct
{
  GsTensor *moments;  /* the encoder's result                             */
  GsTensor *pictures; /* the decoder's                                    */
  GsTensor *total;    /* one float; what gradients are to be taken of     */
} GsAutoencoderLoss;

/* Builds it below the graph's scope ("vae"). pictures: (N, H, W, 3) in -1 ... 1; noise: of the latents'
 * shape, (N, H / 8, W / 8, Z). */
GsAutoencoderLoss gs_autoencoder_loss (GsGraph *g, const GsVaeConfig *config, GsTensor *pictures,
                                       GsTensor *noise, const GsAutoencoderWeights *weights);

G_END_DECLS
