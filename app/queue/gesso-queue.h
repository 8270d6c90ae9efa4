/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoQueue: orders, made one after the other on each device that there is. A GListModel of GessoOrder:
 * those that are being made are first, as they began, then those that wait. Pictures come as they are
 * finished. An order whose device fails waits for another one, before all others. In a folder the queue
 * survives the end of the program: what was not finished comes back as waiting, and paused, so that
 * nothing starts by itself. No two queues may have the same folder.
 *
 * Properties:
 *   paused    boolean: what is being made is finished, nothing else is begun
 *   running   GessoOrder or NULL, read-only: that which began first
 *
 * Signals:
 *   progress ()                                     of a running order, or others run
 *   result (GessoOrder *, GessoResult *)            a picture is finished
 *   done (GessoOrder *, const GError *error)        an order is; error: why it was not made, or
 *                                                   NULL. G_IO_ERROR_CANCELLED if it was cancelled
 *   moved (GessoOrder *, const char *why)           its device failed, and it waits for another one; why:
 *                                                   a sentence
 */
#pragma once

#include "engine/gesso-engine.h"
#include "engine/gesso-result.h"

G_BEGIN_DECLS

#define GESSO_TYPE_QUEUE (gesso_queue_get_type ())
G_DECLARE_FINAL_TYPE (GessoQueue, gesso_queue, GESSO, QUEUE, GObject)

GessoQueue *gesso_queue_new         (GessoEngine *engine);
/* From now on it is kept there, and what was left there comes before what it has. Once. */
void        gesso_queue_keep_in     (GessoQueue *self, const char *folder);

void        gesso_queue_push        (GessoQueue *self, GessoOrder *order);
/* To another place of the list; those of the running ones are their own. */
void        gesso_queue_move        (GessoQueue *self, GessoOrder *order, guint position);
void        gesso_queue_cancel      (GessoQueue *self, GessoOrder *order);
void        gesso_queue_cancel_all  (GessoQueue *self);
/* Once more the last part of the order that failed last, if it is unfinished; see
 * gesso_order_get_unfinished(). Not after anything else has begun. */
gboolean    gesso_queue_can_decode_again (GessoQueue *self);
void        gesso_queue_decode_again     (GessoQueue *self);

gboolean    gesso_queue_get_paused  (GessoQueue *self);
void        gesso_queue_set_paused  (GessoQueue *self, gboolean paused);
GessoOrder *gesso_queue_get_running (GessoQueue *self);
guint       gesso_queue_get_n_running (GessoQueue *self);
/* Of the order that began first, or NULL. */
GessoJob   *gesso_queue_get_job     (GessoQueue *self);
/* Of any running one; NULL for those that wait. */
GessoJob    *gesso_queue_get_job_of    (GessoQueue *self, GessoOrder *order);
GessoDevice *gesso_queue_get_device_of (GessoQueue *self, GessoOrder *order);
/* Where orders may go. */
guint        gesso_queue_get_n_devices (GessoQueue *self);
/* How many pictures of the running orders are still to come. */
guint       gesso_queue_get_n_left  (GessoQueue *self);

/* Cancels what runs, which comes back the next time, and lets go of the folder. */
void        gesso_queue_close       (GessoQueue *self);

G_END_DECLS
