/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoQueue: orders, made one after the other. A GListModel of GessoOrder: the one that is being
 * made is first, then those that wait. In a folder it survives the end of the program: what was not
 * finished comes back as waiting, and paused, so that nothing starts by itself. No two queues may have
 * the same folder.
 *
 * Properties:
 *   paused    boolean: what is being made is finished, nothing else is begun
 *   running   GessoOrder or NULL, read-only
 *
 * Signals:
 *   progress ()                                     of the running order, or another one runs
 *   result (GessoOrder *, GessoResult *)            a picture is finished
 *   done (GessoOrder *, const GError *error)        an order is; error: why it was not made, or
 *                                                   NULL. G_IO_ERROR_CANCELLED if it was cancelled
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
/* To another place of the list; that of the running one is its own. */
void        gesso_queue_move        (GessoQueue *self, GessoOrder *order, guint position);
void        gesso_queue_cancel      (GessoQueue *self, GessoOrder *order);
void        gesso_queue_cancel_all  (GessoQueue *self);
/* Decodes the order that failed there once more; see gesso_engine_can_decode(). */
void        gesso_queue_decode_again (GessoQueue *self);

gboolean    gesso_queue_get_paused  (GessoQueue *self);
void        gesso_queue_set_paused  (GessoQueue *self, gboolean paused);
GessoOrder *gesso_queue_get_running (GessoQueue *self);
/* Of the running order, or NULL. */
GessoJob   *gesso_queue_get_job     (GessoQueue *self);
/* How many pictures of the running order are still to come. */
guint       gesso_queue_get_n_left  (GessoQueue *self);

/* Cancels what runs, which comes back the next time, and lets go of the folder. */
void        gesso_queue_close       (GessoQueue *self);

G_END_DECLS
