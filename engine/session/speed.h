/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Evaluations that do less: which of them does what is decided here, step by step.
 */
#pragma once

#include "session/unet-programs.h"

G_BEGIN_DECLS

/* All zero: every evaluation is whole. FreeU spares nothing, but is a switch like these. */
typedef struct
{
  float guide_from, guide_to; /* the part of the run that is guided, 0..1; guide_to 0: 1          */
  guint deep_cache;           /* the deep layers run once in so many evaluations; 0 and 1: always */
  guint gate;                 /* after so many steps the prompt counts as it did; 0: never        */
  gboolean free_u;            /* models/free-u.h                                                  */
} GsSpeed;

/* What an evaluation is made with. */
typedef struct
{
  GsUnetPart part;
  guint      batch; /* more than 1: guided */
} GsWay;

typedef struct
{
  GsSpeed  speed;
  guint    n_steps;      /* of the whole run */
  guint    batch;        /* of a guided evaluation; 1: none is */
  guint    deep_age;     /* evaluations since the deep layers ran ...  */
  guint    deep_batch;   /* ... in a batch of so many; 0: never        */
  gboolean has_cross;    /* what the prompt says is kept               */
} GsSpeedState;

/* How the next evaluation is made, in step number `step`; it is noted as made. */
GsWay gs_speed_next (GsSpeedState *state, guint step);

#define GS_MAX_WAYS 8

/* The ways that a run may take, each once. Returns their number. */
guint gs_speed_ways (const GsSpeed *speed, guint batch, GsWay *ways);

/* GS_ERROR_INVALID_ARGUMENT. */
gboolean gs_speed_check (const GsSpeed *speed, GError **error);

G_END_DECLS
