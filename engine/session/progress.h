/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tells the caller of a long function how far it is, and hears whether to stop.
 *
 * Between gs_progress_begin() and gs_progress_end() the caller's function is asked at every change
 * and, through the device's poll, about every 20 ms while the device works.
 */
#pragma once

#include "gpu/device.h"
#include "gs.h"

G_BEGIN_DECLS

typedef struct
{
  GsDevice      *device;
  GsProgressFunc func;      /* NULL: nobody listens */
  gpointer       user_data;
  GsProgress     state;
  gint64         step_started; /* when the first denoising step of the picture began, us */
  guint          n_skipped;    /* steps of the phase that did not need to be made */
  gint64         phase_started;
  GsTimings     *timings;      /* gets the seconds of each phase; or NULL */
} GsProgressState;

/* func and timings may be NULL. */
void gs_progress_begin (GsProgressState *self, GsDevice *device, GsProgressFunc func,
                        gpointer user_data, GsTimings *timings);
void gs_progress_end   (GsProgressState *self);

/* Enters a phase of n_steps parts. FALSE with GS_ERROR_CANCELLED if the caller says stop, as in all
 * functions here. */
gboolean gs_progress_phase (GsProgressState *self, GsPhase phase, guint n_steps, GError **error);

/* In a new phase: its first n parts need not be made. */
void gs_progress_skip (GsProgressState *self, guint n);

/* `step` parts of the phase are finished. preview: valid during the call, or NULL. */
gboolean gs_progress_step (GsProgressState *self, guint step, const GsImage *preview,
                           GError **error);

/* The same, with picture i of a result. */
gboolean gs_progress_finished (GsProgressState *self, guint step, const GsResult *result, guint i,
                               GError **error);

/* The pictures of a batch, one after the other. */
void gs_progress_image (GsProgressState *self, guint image, guint n_images);

G_END_DECLS
