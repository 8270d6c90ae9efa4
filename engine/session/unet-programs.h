/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The U-Net as three programs, by how often they run: what follows from the prompts once, what
 * follows from the timesteps once for many of them, and the rest in each evaluation.
 */
#pragma once

#include "session/session-private.h"

G_BEGIN_DECLS

/* Samples of the times' program. */
#define GS_UNET_TIMES 16

typedef struct
{
  /* Input "context": (batch, 1, n_tokens, D). For gs_program_run_into (context, steps). */
  GsProgram *context;
  /* Input "time": the sinusoids of GS_UNET_TIMES timesteps (and "label", where the model has one).
   * For gs_program_get_sample() and gs_program_give_sample() to each sample of steps. */
  GsProgram *times;
  /* Input "x": (batch, H, W, C), and what the others give. */
  GsProgram *steps;
} GsUnetPrograms;

/* Made if needed, borrowed. batch: latents of an evaluation; sizes in latent pixels. */
gboolean gs_unet_programs (GsSession *session, guint batch, guint32 width, guint32 height,
                           guint n_tokens, GsUnetPrograms *programs, GError **error);

G_END_DECLS
