/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much device memory a job takes, known before it runs; and how to make it fit.
 */
#pragma once

#include "session/session-private.h"
#include "session/speed.h"
#include "session/control.h"

G_BEGIN_DECLS

typedef struct
{
  guint32   width, height;     /* of the latent */
  guint     batch;             /* of a U-Net evaluation: 1 or 2 */
  guint     n_tokens;          /* of the context */
  guint     clip_skip;
  gboolean  encodes;           /* a picture to start from */
  GsSpeed   speed;
  GsPreview preview;
  const GsControlUse *controls; /* NULL if there are none */
  guint     n_controls;
  guint     n_steps;           /* that are run, if there are controls */
} GsMemoryJob;

/* The U-Net's three for each way and each set of controls that act together, a hint's for each of these. */
#define GS_PLAN_MAX_PROGRAMS (8 + 3 * GS_MAX_WAYS * 2 * GS_MAX_CONTROLS + GS_MAX_CONTROLS)

typedef struct
{
  GsProgram *programs[GS_PLAN_MAX_PROGRAMS]; /* those of the job, each once; borrowed */
  guint      n_programs;
  guint      n_text_programs; /* text encoders', the first ones */
  guint64 weight_bytes;
  guint64 arena_bytes;     /* activations: of the largest program */
  guint64 io_bytes;        /* inputs and outputs of all programs  */
  guint64 needed_bytes;    /* all of it, with each allocation's padding */
  guint64 available_bytes; /* what the driver lets this program have, with what it has already */
  guint   tile;            /* side of the autoencoder's tiles in latent pixels; 0: whole */
  gboolean evicts_text;    /* the text encoders go once the prompts are encoded */
} GsMemoryPlan;

/* Plans a job. What does not fit whole gets tiles for the autoencoder, smaller and smaller ones; if
 * that is not enough the text encoders make room for the rest. FALSE if a program cannot be built.
 * A plan may still need more than is available: see gs_memory_plan_check(). */
gboolean gs_memory_plan (GsSession *session, const GsMemoryJob *job, GsMemoryPlan *plan,
                         GError **error);

/* Uploads the weights of the job's programs and records them: those of the text encoders if they go
 * afterwards, else all. Tells the session's progress. */
gboolean gs_memory_plan_prepare (GsSession *session, const GsMemoryPlan *plan, GError **error);

/* Once the prompts are encoded: lets the text encoders go and prepares the rest, if that is the
 * plan. */
gboolean gs_memory_plan_continue (GsSession *session, const GsMemoryPlan *plan, GError **error);

/* Frees what earlier jobs left and this one has no use for: other programs' inputs and outputs, and
 * an arena larger than this job's. */
void gs_memory_plan_apply (GsSession *session, const GsMemoryPlan *plan);

/* For an autoencoder that has to run at another precision than planned, in the middle of a job: the
 * largest tile, at most *tile (0: whole), with which it fits beside what is there. Sizes of the
 * latent. FALSE if none does, with GS_ERROR_OUT_OF_MEMORY, or if a program cannot be built. */
gboolean gs_memory_fit_tile (GsSession *session, guint32 width, guint32 height, gboolean encodes,
                             guint *tile, GError **error);

/* Gives all device memory of the session's model back; plans made before are void. */
void gs_memory_forget (GsSession *session);

/* GS_ERROR_OUT_OF_MEMORY with both figures if it does not fit. */
gboolean gs_memory_plan_check (const GsMemoryPlan *plan, GError **error);

G_END_DECLS
