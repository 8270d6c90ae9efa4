/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the learning rate changes over a run: a straight line up from nothing for the first steps, then
 * one of several ways down. The factors are those of the schedules of the same names in the
 * transformers and diffusers libraries (get_*_schedule_with_warmup).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  GS_RATE_CONSTANT,
  GS_RATE_LINEAR,     /* down to 0                                                              */
  GS_RATE_COSINE,     /* down to 0 along half a period (Loshchilov and Hutter, "SGDR", formula 5) */
  GS_RATE_POLYNOMIAL, /* down to the last factor, as (1 - progress)^power                       */
} GsRateKind;

typedef struct
{
  GsRateKind kind;
  guint64    warm_up; /* steps with a rising rate, part of ...  */
  guint64    steps;   /* ... all steps of the run               */
  double     power;   /* GS_RATE_POLYNOMIAL; 1 is a straight line */
  double     last;    /* GS_RATE_POLYNOMIAL: the factor at the end and beyond */
} GsRateSchedule;

/* What the learning rate is multiplied by in step 0, 1 ... of the optimizer; 0 ... 1. Beyond the last
 * step it is what the last one ends at. */
double gs_rate_factor (const GsRateSchedule *schedule, guint64 step);

/* "constant", "linear", "cosine", "polynomial"; FALSE if it is none of them. */
gboolean    gs_rate_kind_from_name (const char *name, GsRateKind *kind);
const char *gs_rate_kind_name      (GsRateKind kind);

G_END_DECLS
