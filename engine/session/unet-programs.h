/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The U-Net as three programs, by how often they run: what follows from the prompts once, what
 * follows from the timesteps once for many of them, and the rest in each evaluation. Networks that guide
 * it (session/control.h) are part of these; what they make of their pictures, once, is one more program
 * each.
 */
#pragma once

#include "session/control.h"

G_BEGIN_DECLS

/* What of the U-Net a program evaluates. */
typedef enum
{
  GS_UNET_WHOLE,
  GS_UNET_KEEP_DEEP,  /* all, and gives what the deep layers made: for gs_program_pass () to ... */
  GS_UNET_SHALLOW,    /* ... one that takes it, and runs the outermost layers alone              */
  GS_UNET_KEEP_CROSS, /* all, and gives what each layer took from the prompt, to ...             */
  GS_UNET_GATED,      /* ... one that takes that, and no prompt                                  */
  GS_N_UNET_PARTS,
} GsUnetPart;

/* Samples of the times' program. */
#define GS_UNET_TIMES 16

typedef struct
{
  /* Input "context": (batch, 1, n_tokens, D). For gs_program_run_into (context, steps); NULL where
   * these look at no prompt. */
  GsProgram *context;
  /* Input "time": the sinusoids of GS_UNET_TIMES timesteps (and "label", where the model has one).
   * For gs_program_get_sample() and gs_program_give_sample() to each sample of steps. */
  GsProgram *times;
  /* Input "x": (batch, H, W, C), and what the others give; and "latent", see below. */
  GsProgram *steps;
} GsUnetPrograms;

/* Which of a job's controls act, and whether FreeU does. */
typedef struct
{
  const GsControlUse *uses;
  GsControlMask       mask;
  gboolean            free_u; /* models/free-u.h, with its family's numbers */
} GsUnetGuides;

/* Made if needed, borrowed. batch: latents of an evaluation; sizes in latent pixels. guides: NULL for
 * none. */
gboolean gs_unet_programs (GsSession *session, GsUnetPart part, guint batch, guint32 width,
                           guint32 height, guint n_tokens, const GsUnetGuides *guides,
                           GsUnetPrograms *programs, GError **error);

/* Whether there is an input "latent", too: the first channels of "x" alone, for ControlNets beside an
 * inpainting U-Net. */
gboolean gs_unet_wants_latent (GsSession *session, const GsUnetGuides *guides);

/* Its input is called as gs_unet_hint_input() says: (1, H', W', channels) of control's hint. One sample
 * of its results is for gs_program_give_sample() to steps. width, height: of the latent. */
GsProgram *gs_unet_hint_program (GsSession *session, guint32 width, guint32 height,
                                 const GsControlUse *use, GError **error);
char      *gs_unet_hint_input   (const GsControlModel *control);

G_END_DECLS
