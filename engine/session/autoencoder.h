/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From pictures to latents and back, whole or in overlapping tiles.
 *
 * Pictures are (3, H, W) floats in -1..1; latents (Z, H / f, W / f) floats in the U-Net's scale,
 * where f = gs_latent_factor (), 8 for Stable Diffusion.
 *
 * Where half precision overflows, they are made in single precision, in smaller tiles if need be.
 */
#pragma once

#include "models/model-config.h"
#include "session/session-private.h"

G_BEGIN_DECLS

/* Pixels of a latent pixel's side. */
guint32 gs_latent_factor (GsSession *session);

/* width, height: of the picture, multiples of the factor. noise: unit noise of the latent's size to
 * sample with; NULL gives the mean. tile: side of a tile in latent pixels; 0: whole. */
gboolean gs_vae_encode (GsSession *session, const float *image, guint32 width, guint32 height,
                        const float *noise, guint tile, float *latent, GError **error);

/* The same in two steps: moments, (2 Z, H / f, W / f) of the network's own scale, and from them a latent
 * of n elements. */
gboolean gs_vae_encode_moments (GsSession *session, const float *image, guint32 width,
                                guint32 height, guint tile, float *moments, GError **error);
void     gs_vae_sample (const GsVaeConfig *config, const float *moments, const float *noise,
                        gsize n, float *latent);

/* width, height: of the latent. */
gboolean gs_vae_decode (GsSession *session, const float *latent, guint32 width, guint32 height,
                        guint tile, float *image, GError **error);

/* The programs for a size in latent pixels; made if needed, borrowed. */
GsProgram *gs_vae_encode_program (GsSession *session, guint32 width, guint32 height,
                                  GError **error);
GsProgram *gs_vae_decode_program (GsSession *session, guint32 width, guint32 height,
                                  GError **error);

/* TAESD's decoder; image: (3, 8 H, 8 W) in 0..1, not clamped. */
GsProgram *gs_taesd_program (GsSession *session, guint32 width, guint32 height, GError **error);
gboolean   gs_taesd_decode  (GsSession *session, const float *latent, guint32 width,
                             guint32 height, float *image, GError **error);

/* Runs a program of one input "x" and one output on (C, H, W) floats. */
gboolean gs_run_picture_program (GsProgram *program, const float *in, guint32 channels,
                                 guint32 width, guint32 height, float *out, gsize n_out,
                                 GError **error);

G_END_DECLS
