/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Classifier-free guidance, on what the model returned. */
#pragma once

#include "sample/options.h"

G_BEGIN_DECLS

/* out = uncond + scale * (cond - uncond) over n floats (Ho and Salimans, "Classifier-Free Diffusion
 * Guidance", 2022). out may be an input. */
void gs_guide (float *out, const float *cond, const float *uncond, gsize n, double scale);

/* out = none + image_scale * (image - none) + scale * (both - image) over n floats: what the model says of
 * neither picture nor prompt, of the picture, and of both (Brooks et al., "InstructPix2Pix", 2022, equation
 * 3). out may be an input. */
void gs_guide_edit (float *out, const float *both, const float *image, const float *none, gsize n,
                    double scale, double image_scale);

/* Lin et al. 2023, section 3.4: brings the guided output's standard deviation back to the
 * conditional one's, as far as `amount` (0 none .. 1 fully; the paper uses 0.7). guided is changed
 * in place. n: one image's elements. */
void gs_guidance_rescale (float *guided, const float *cond, gsize n, double amount);

/* What the prediction of a latent x = signal * x0 + noise * n (signal^2 + noise^2 = 1) says about
 * x0 or n. out may be an input. signal must not be 0 to get x0 from a noise prediction, noise not 0
 * to get n from x0. */
void gs_prediction_to_x0 (float *out, GsPrediction prediction, const float *x, const float *output,
                          gsize n, double signal, double noise);
void gs_prediction_to_noise (float *out, GsPrediction prediction, const float *x,
                             const float *output, gsize n, double signal, double noise);

G_END_DECLS
