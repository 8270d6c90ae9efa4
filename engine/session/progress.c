/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Progress, cancel and the time each phase takes.
 */
#include "session/progress.h"

static gboolean
poll_caller (gpointer user_data)
{
  GsProgressState *self = user_data;

  return self->func == NULL || self->func (&self->state, self->user_data);
}

static gboolean
ask (GsProgressState *self, GError **error)
{
  if (poll_caller (self))
    return TRUE;
  g_set_error_literal (error, GS_ERROR, GS_ERROR_CANCELLED, "The work was cancelled");
  return FALSE;
}

void
gs_progress_begin (GsProgressState *self, GsDevice *device, GsProgressFunc func,
                   gpointer user_data, GsTimings *timings)
{
  *self = (GsProgressState) {
    .device = device,
    .func = func,
    .user_data = user_data,
    .timings = timings,
    .state = { .n_images = 1, .seconds_left = -1 },
  };
  if (device != NULL)
    gs_device_set_poll (device, func != NULL ? poll_caller : NULL, self);
}

/* Adds the time since the phase began to its account. */
static void
account (GsProgressState *self)
{
  gint64 now = g_get_monotonic_time ();
  double seconds = (now - self->phase_started) * 1e-6;

  if (self->timings != NULL && self->phase_started != 0)
    switch (self->state.phase)
      {
      case GS_PHASE_LOAD:         self->timings->load_seconds += seconds; break;
      case GS_PHASE_TEXT_ENCODE:  self->timings->text_encode_seconds += seconds; break;
      case GS_PHASE_IMAGE_ENCODE: self->timings->image_encode_seconds += seconds; break;
      case GS_PHASE_DENOISE:      self->timings->denoise_seconds += seconds; break;
      case GS_PHASE_DECODE:       self->timings->decode_seconds += seconds; break;
      case GS_PHASE_UPSCALE:      break;
      }
  self->phase_started = now;
}

void
gs_progress_end (GsProgressState *self)
{
  account (self);
  if (self->device != NULL)
    gs_device_set_poll (self->device, NULL, NULL);
  self->func = NULL;
  self->timings = NULL;
}

gboolean
gs_progress_phase (GsProgressState *self, GsPhase phase, guint n_steps, GError **error)
{
  account (self);
  self->state.phase = phase;
  self->state.step = 0;
  self->state.n_steps = n_steps;
  self->n_skipped = 0;
  self->state.seconds_per_step = 0;
  self->state.seconds_left = -1;
  self->step_started = g_get_monotonic_time ();
  return ask (self, error);
}

void
gs_progress_skip (GsProgressState *self, guint n)
{
  self->n_skipped = n;
  self->state.step = n;
}

gboolean
gs_progress_step (GsProgressState *self, guint step, const GsImage *preview, GError **error)
{
  gboolean go_on;

  self->state.step = step;
  if (step > self->n_skipped && self->state.phase == GS_PHASE_DENOISE)
    {
      double seconds = (g_get_monotonic_time () - self->step_started) * 1e-6;

      self->state.seconds_per_step = seconds / (step - self->n_skipped);
      self->state.seconds_left
          = self->state.seconds_per_step * (self->state.n_steps - MIN (step, self->state.n_steps));
    }
  self->state.preview = preview;
  go_on = ask (self, error);
  self->state.preview = NULL;
  return go_on;
}

gboolean
gs_progress_finished (GsProgressState *self, guint step, const GsResult *result, guint i,
                      GError **error)
{
  const GsFinished finished = {
    .index = i,
    .seed = result->seeds[i],
    .image = result->images[i],
    .parameters = result->parameters[i],
    .steps = result->steps != NULL ? result->steps[i] : NULL,
  };
  gboolean go_on;

  self->state.finished = &finished;
  go_on = gs_progress_step (self, step, NULL, error);
  self->state.finished = NULL;
  return go_on;
}

void
gs_progress_image (GsProgressState *self, guint image, guint n_images)
{
  self->state.image = image;
  self->state.n_images = n_images;
}
