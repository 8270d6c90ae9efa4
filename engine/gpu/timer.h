/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The device's own clock: marks in a recording, and the time from each to the next when it has run.
 * Without the host's share (submits, waits, a busy processor) it is what kernels are compared by.
 */
#pragma once

#include "gpu/device.h"

G_BEGIN_DECLS

typedef struct _GsTimer GsTimer;

/* For n_marks marks, at least 2. NULL if the device has no clock, or no room for so many marks. */
GsTimer *gs_timer_new  (GsDevice *device, guint n_marks);
void     gs_timer_free (GsTimer *timer); /* after what was recorded with it; NULL is allowed */

/* After a run of the recording that was marked n_marks times: fills n_marks - 1 times, mark to mark. */
gboolean gs_timer_read (GsTimer *timer, double *seconds, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsTimer, gs_timer_free)

G_END_DECLS
