/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Denoising one latent with the session's U-Net: the sampler's loop with classifier-free guidance,
 * image-to-image and masks. Everything random comes from the caller.
 *
 * Latents are (4, H, W) floats in the U-Net's scale.
 */
#pragma once

#include "sample/sampler.h"
#include "session/control.h"
#include "session/session-private.h"
#include "session/speed.h"

G_BEGIN_DECLS

/* How a masked run keeps what the mask leaves out. */
typedef enum
{
  GS_BLEND_STEP, /* after each step: the original, noised to the next step's level (diffusers) */
  GS_BLEND_X0,   /* in each evaluation: the estimate of the finished latent (A1111)            */
} GsBlend;

typedef struct
{
  guint32 width, height;      /* of the latent */

  const float *context;       /* (T, D): the encoded prompt                                  */
  const float *negative;      /* (T, D), or NULL: one evaluation a step, without guidance    */
  guint        n_tokens;      /* T */
  const float *label;         /* what SDXL is told beside it, (label_width), else NULL        */
  const float *negative_label;/* the same of the negative prompt                             */
  float        guidance_scale;
  float        image_guidance; /* with an editing model; 1: its picture is not guided by itself */
  float        guidance_rescale;
  GsSpeed      speed;

  const GsSamplerOptions *options;
  const GsSchedule       *schedule;
  guint        n_steps;       /* of the whole schedule */
  double       strength;      /* how much of it is run */

  const float *noise;         /* unit noise to start from, (4, H, W)                         */
  const float *init;          /* latent to start from, or NULL                               */
  const float *resume;        /* instead of noise and init: what n_resumed steps of the run have
                                 left, or NULL. Steps then count from there                  */
  guint        n_resumed;
  guint        n_made;        /* of the run, with those: then it ends, x being what they have left; 0: all */
  const float *mask;          /* (H, W), 1 = repaint, or NULL                                */
  const float *kept;          /* with a mask or strengths: the latent that stays             */
  const float *strengths;     /* (H, W), 0..1, or NULL: what part of the run a latent pixel takes
                                 part in, its last steps; with GS_BLEND_STEP                  */
  GsBlend      blend;
  const GsControlUse *controls; /* with their pictures, or NULL                               */
  guint        n_controls;
  const float *extra;         /* further channels of the U-Net's input, or NULL: for inpainting
                                 models (5, H, W), the mask and the masked picture's latent; for
                                 editing ones (4, H, W), the picture's latent without its scale */

  void       (*draw)      (float *out, gsize n, gpointer user_data);
  /* Before the first step, the latent to start with. May be NULL. */
  gboolean   (*begin)     (const GsSampler *sampler, const float *x, gpointer user_data,
                           GError **error);
  /* After each evaluation: what the model says after guidance. May be NULL. */
  void       (*evaluated) (const float *guided, gpointer user_data);
  /* After each evaluation: the latent it saw and the estimate. May be NULL. */
  void       (*denoised)  (const float *x, const float *x0, gpointer user_data);
  /* After each step (after blending). FALSE with error set stops. May be NULL. */
  gboolean   (*step)      (const GsSamplerStep *step, gpointer user_data, GError **error);
  gpointer     user_data;
} GsDenoiseJob;

/* Samples of a guided (or not) evaluation with the session's model. */
guint gs_denoise_batch (GsSession *session, gboolean is_guided, float image_guidance);

/* Runs it; x: (4, H, W), gets the finished latent. */
gboolean gs_denoise (GsSession *session, const GsDenoiseJob *job, float *x, GError **error);

G_END_DECLS
