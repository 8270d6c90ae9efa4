/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of GessoQueue share. */
#pragma once

#include "gesso-queue-store.h"
#include "gesso-queue.h"

G_BEGIN_DECLS

/* An order that is being made. */
typedef struct
{
  GessoQueue  *queue; /* a reference */
  GessoOrder  *order;
  GessoDevice *device;
  GessoJob    *job;
  guint        n_results;
} GessoQueueRun;

struct _GessoQueue
{
  GObject          parent_instance;

  GessoEngine     *engine;
  GessoQueueStore *store;   /* NULL: it is kept nowhere */
  GPtrArray       *orders;  /* the running ones first */
  GPtrArray       *runs;    /* GessoQueueRun, of those; borrowed from the engine's callbacks */
  GessoOrder      *failed;  /* whose latents wait to be decoded there: */
  GessoDevice     *failed_on;
  gboolean         paused;
  gboolean         closed;
};

/* ---- gesso-queue.c -------------------------------------------------------------------------- */

/* It is done with, and comes back no more. */
void gesso_queue_forget         (GessoQueue *self, GessoOrder *order);
/* As g_list_model_items_changed(). */
void gesso_queue_changed        (GessoQueue *self, guint position, guint n_removed, guint n_added);
void gesso_queue_notify_running (GessoQueue *self);
void gesso_queue_emit_progress  (GessoQueue *self);
void gesso_queue_emit_result    (GessoQueue *self, GessoOrder *order, GessoResult *result);
void gesso_queue_emit_done      (GessoQueue *self, GessoOrder *order, const GError *error);
void gesso_queue_emit_moved     (GessoQueue *self, GessoOrder *order, const char *why);

/* ---- gesso-queue-run.c ---------------------------------------------------------------------- */

/* The first order that waits, there; again: see gesso_engine_run_on_async(). */
void gesso_queue_run         (GessoQueue *self, GessoDevice *device, gboolean again);
/* All that can begin does, unless the queue is paused. */
void gesso_queue_run_next    (GessoQueue *self);
void gesso_queue_cancel_runs (GessoQueue *self);

G_END_DECLS
