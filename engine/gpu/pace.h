/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much work one submit holds. A submit cannot be interrupted: on an integrated GPU the desktop
 * waits for it, and everywhere a cancel does. Many short ones cost time. So the device's speed is
 * measured as it works, and later recordings are cut by it.
 */
#pragma once

#include "gpu/device.h"

G_BEGIN_DECLS

/* Of one device; all zero at first. */
typedef struct
{
  double work;    /* estimated floating-point operations; older ones count less */
  double seconds; /* ... and the time they took                                 */
} GsPace;

/* A recording of so much work took so long. Small ones are passed over: they measure latency, and
 * uploads. */
void gs_pace_note (GsPace *pace, GsGpuKind kind, double work, double seconds);

/* Work of one submit on a device of that kind. */
double gs_pace_submit_work (const GsPace *pace, GsGpuKind kind);

/* Whether a recording should be made again: it has n_submits, the longest with so much work, and was
 * cut where a submit was to have submit_work. */
gboolean gs_pace_is_stale (const GsPace *pace, GsGpuKind kind, guint n_submits, double longest,
                           double submit_work);

G_END_DECLS
