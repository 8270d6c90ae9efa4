/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much device memory a job takes, known before it runs; and how it is made to fit.
 *
 * A job goes through stages, each of which needs some programs and weights. By tier, more and more of
 * what a stage does not need leaves before it, so that the job's peak is that of its largest stage;
 * in the last tier the U-Net's weights pass through the device block by block. Pictures are the same
 * to the bit in all tiers. Only if the autoencoder alone does not fit, it works in tiles, which changes
 * pictures a little.
 */
#pragma once

#include "session/control.h"
#include "session/session-private.h"
#include "session/speed.h"

G_BEGIN_DECLS

typedef enum
{
  GS_STAGE_TEXT,    /* prompts are encoded               */
  GS_STAGE_READ,    /* pictures are encoded, previews' colours measured */
  GS_STAGE_DENOISE, /* with previews                     */
  GS_STAGE_DECODE,
  GS_N_STAGES
} GsMemoryStage;

typedef enum
{
  GS_TIER_RESIDENT,    /* everything stays                                             */
  GS_TIER_TEXT_LEAVES, /* the text encoders make room for the rest                     */
  GS_TIER_ALONE,       /* only what a stage needs is there                             */
  GS_TIER_STREAMED,    /* so, and the U-Net's weights pass through (tensor/stream.h)   */
  GS_N_TIERS
} GsMemoryTier;

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

struct _GsMemoryPlan
{
  GsMemoryJob  job;
  GsMemoryTier tier;
  guint   tile;            /* side of the autoencoder's tiles in latent pixels; 0: whole */
  guint64 place_bytes;     /* of the stream, and of weights that stay beside it; else 0 */
  guint64 kept_bytes;
  guint64 weight_bytes;    /* of the whole job */
  guint64 arena_bytes;     /* activations: of the largest program */
  guint64 needed_bytes;    /* at the peak, with each allocation's padding */
  guint64 available_bytes; /* what the driver lets this program have, with what it has already */

  /* While the job runs (session/memory-stages.h): */
  gboolean      begun;     /* a stage was entered                       */
  guint         entered;   /* stages whose programs are ready, as bits  */
  GsMemoryStage stage;
  GPtrArray    *notes;     /* sentences about what changed; NULL: none  */
};

/* What some stages (bits) need together. The programs are borrowed from the model. */
#define GS_STAGE_MAX_UNETS (3 * GS_MAX_WAYS * (2 * GS_MAX_CONTROLS + 1) + GS_MAX_CONTROLS)
#define GS_STAGE_MAX_PROGRAMS (8 + GS_STAGE_MAX_UNETS)

typedef struct
{
  GsProgram *programs[GS_STAGE_MAX_PROGRAMS]; /* each once */
  guint      n_programs;
  GsProgram *unet[GS_STAGE_MAX_UNETS]; /* those of the U-Net, each once, that of most steps first */
  guint      n_unet;
  guint64    weight_bytes;
  guint64    unet_bytes;    /* of these, the U-Net's and its controls' */
  guint64    arena_bytes;   /* of the largest program */
  guint64    io_bytes;      /* inputs and outputs of all */
} GsStageNeeds;

/* Plans a job: the first tier in which it fits, with tiles only if it fits in none without. FALSE if a
 * program cannot be built. A plan may still need more than is available: see gs_memory_plan_check(). */
gboolean gs_memory_plan (GsSession *session, const GsMemoryJob *job, GsMemoryPlan *plan,
                         GError **error);

/* GS_ERROR_OUT_OF_MEMORY with both figures if it does not fit. */
gboolean gs_memory_plan_check (const GsMemoryPlan *plan, GError **error);

/* The plan in sentences, a line each. */
char *gs_memory_plan_describe (const GsMemoryPlan *plan);

/* What stages need as the plan says; makes programs that are not there. */
gboolean gs_memory_plan_needs (GsSession *session, const GsMemoryPlan *plan, guint stages,
                               GsStageNeeds *needs, GError **error);

/* The stages (bits) that are on the device together with one of them. */
guint gs_memory_tier_group (GsMemoryTier tier, GsMemoryStage stage);

/* The next smaller side of tiles for that side (0: whole), or 0 if there is none. */
guint gs_memory_next_tile (const GsMemoryJob *job, guint tile);

/* Sets place_bytes and kept_bytes for streaming with so much memory for all that the stage takes. */
void gs_memory_plan_stream (GsMemoryPlan *plan, const GsStageNeeds *needs, guint64 available_bytes);

/* For an autoencoder that has to run at another precision than planned, in the middle of a job: the
 * largest tile, at most *tile (0: whole), with which it fits beside what is there. Sizes of the
 * latent. FALSE if none does, with GS_ERROR_OUT_OF_MEMORY, or if a program cannot be built. */
gboolean gs_memory_fit_tile (GsSession *session, guint32 width, guint32 height, gboolean encodes,
                             guint *tile, GError **error);

G_END_DECLS
