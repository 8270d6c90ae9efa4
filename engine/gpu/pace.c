/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The length of submits. */
#include "gpu/pace.h"

/* A desktop that draws a frame behind such a submit still follows the hand. */
#define INTEGRATED_SECONDS 0.05
/* Only a cancel waits here: with a step below this, a step is one submit. */
#define DISCRETE_SECONDS 0.2
/* What earlier recordings count for once a new one is known. */
#define MEMORY 0.75
/* Part of the first guess at a submit that a recording must have to count. */
#define LEAST 0.1
/* Recording anew takes milliseconds: not for a small change. */
#define TOLERANCE 2

/* Before anything has been measured. */
static double
first_guess (GsGpuKind kind)
{
  return kind == GS_GPU_DISCRETE ? 500e9 : 20e9;
}

void
gs_pace_note (GsPace *pace, GsGpuKind kind, double work, double seconds)
{
  if (!(work >= LEAST * first_guess (kind) && seconds > 0))
    return;
  pace->work = MEMORY * pace->work + work;
  pace->seconds = MEMORY * pace->seconds + seconds;
}

double
gs_pace_submit_work (const GsPace *pace, GsGpuKind kind)
{
  if (kind == GS_GPU_CPU) /* 5 to 100 GFLOP/s; a submit costs it little */
    return 0.5e9;
  if (pace->seconds == 0)
    return first_guess (kind);
  return pace->work / pace->seconds
         * (kind == GS_GPU_DISCRETE ? DISCRETE_SECONDS : INTEGRATED_SECONDS);
}

gboolean
gs_pace_is_stale (const GsPace *pace, GsGpuKind kind, guint n_submits, double longest,
                  double submit_work)
{
  const double now = gs_pace_submit_work (pace, kind);

  return longest > TOLERANCE * now || (n_submits > 1 && now > TOLERANCE * submit_work);
}
