/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much a picture's loss counts, by its timestep and by what it is for; and what its target is. With
 * a = alphas_cumprod at the timestep (sample/schedule.h), SNR = a / (1 - a).
 */
#pragma once

#include "base/random.h"

G_BEGIN_DECLS

typedef enum
{
  GS_TARGET_EPSILON,  /* the noise                                            */
  GS_TARGET_VELOCITY, /* sqrt (a) noise - sqrt (1 - a) x0: SD 2.x at 768 pixels */
} GsTarget;

typedef struct
{
  GsTarget target;
  double   snr_gamma;    /* min-SNR weighting, 5 in its paper; 0: every timestep counts 1 */
  double   prior_weight; /* of pictures of the class that are to stay as they are         */
  double   noisy_gain;   /* the most that 1 + 1 / SNR counts; 0: it does not              */
} GsLossWeighting;

/* min (SNR, gamma) / SNR for noise, min (SNR, gamma) / (SNR + 1) for velocities: the same weight of the
 * picture's error (Hang et al., "Efficient diffusion training via min-SNR weighting strategy",
 * section 3.4), times the prior weight if it is one of those (Ruiz et al., "DreamBooth", formula 2).
 * Times 1 + 1 / SNR = 1 / a, which in pictures of few pixels is where the text is learned from: next to
 * it little is decided there when plain weights are used. alpha: a, 0 ... 1. */
double gs_loss_weight (const GsLossWeighting *weighting, double alpha, gboolean is_prior);

/* out: what the U-Net should say, n floats. Noisy latents are gs_add_noise()'s. */
void   gs_loss_target (GsTarget target, float *out, const float *x0, const float *noise, gsize n,
                       double alpha);

/* Adds offset times a normal number to each channel of noise (channels, pixels), so that the mean
 * brightness is learned too (Guttenberg, "Diffusion with offset noise"). offset 0 draws nothing. */
void   gs_noise_offset (GsRandom *random, float *noise, gsize channels, gsize pixels,
                        double offset);

G_END_DECLS
