/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoLive: live painting. While it is enabled, a touch of the canvas makes a picture of it a short
 * pause later. The next touch cancels what is on its way and begins the pause anew: there is never
 * more than one at work, and none waits behind it. A picture that is there goes with the next stroke,
 * which it would cover.
 *
 * It makes nothing of its own accord: without a touch since it was enabled there is no picture.
 *
 * Properties:
 *   enabled   boolean
 *   busy      boolean, read-only: a picture is on its way
 *   result    GessoResult or NULL, read-only: the newest picture, of the canvas as it is now
 *
 * Signals:
 *   failed (const char *message)   a sentence for people; it is no longer enabled then, so that the
 *                                  next stroke does not bring the same sentence again
 */
#pragma once

#include "engine/gesso-job.h"
#include "engine/gesso-order.h"
#include "engine/gesso-result.h"

G_BEGIN_DECLS

#define GESSO_TYPE_LIVE (gesso_live_get_type ())
G_DECLARE_FINAL_TYPE (GessoLive, gesso_live, GESSO, LIVE, GObject)

/* What it works with: the window and the engine, or a test. */
typedef struct
{
  /* What there is to make now, owned; NULL: nothing. */
  GessoOrder *(*order)  (gpointer data);
  /* As gesso_engine_run_async() and gesso_engine_run_finish(). */
  void        (*run)    (GessoOrder         *order,
                         GessoJob           *job,
                         GAsyncReadyCallback callback,
                         gpointer            callback_data,
                         gpointer            data);
  gboolean    (*finish) (GObject *source, GAsyncResult *result, GError **error);
} GessoLiveFuncs;

/* funcs is not copied. pause_ms: between the last touch and the picture. */
GessoLive   *gesso_live_new         (const GessoLiveFuncs *funcs, gpointer data, guint pause_ms);

gboolean     gesso_live_get_enabled (GessoLive *self);
void         gesso_live_set_enabled (GessoLive *self, gboolean enabled);
gboolean     gesso_live_get_busy    (GessoLive *self);
GessoResult *gesso_live_get_result  (GessoLive *self);

/* What a picture is made of has changed. painted: in what is seen, under the result, which goes. */
void         gesso_live_touch       (GessoLive *self, gboolean painted);
/* What was touched so far needs no picture any more; what is on its way is cancelled. */
void         gesso_live_settle      (GessoLive *self);
/* The result is taken or not wanted; the next touch brings another. */
void         gesso_live_dismiss     (GessoLive *self);
/* While held, nothing is made: what is on its way is cancelled, and made once it is let go. */
void         gesso_live_set_held    (GessoLive *self, gboolean held);

/* Before data goes: it is not called any more. */
void         gesso_live_close       (GessoLive *self);

G_END_DECLS
