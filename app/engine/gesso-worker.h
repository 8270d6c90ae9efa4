/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoWorker: an engine thread. It alone touches its session.
 *
 * Works are done one after the other in the order in which they are pushed; each is a GTask, so it
 * finishes on the main context that made it. A lost device costs the session, which the next
 * work that needs one opens again.
 */
#pragma once

#include <gio/gio.h>

#include "gs.h"

G_BEGIN_DECLS

typedef struct _GessoWorker GessoWorker;

/* Runs on the engine thread; must make the task return. */
typedef void (*GessoWorkFunc) (GessoWorker *worker, GTask *task);

/* device: as GsSessionOptions.device. name: that the device has to have, or NULL. checks: see
 * gesso_worker_check(). */
GessoWorker *gesso_worker_new  (const char *device, const char *name, gboolean checks);

/* Waits for the work that is running (cancel it first) and drops those behind it. */
void         gesso_worker_free (GessoWorker *self);

/* Main thread; or a work that pushes itself again, behind those that wait. */
void         gesso_worker_push (GessoWorker *self, GTask *task, GessoWorkFunc func);

/* Main thread: when it comes to that, it lets go of the session, the model and all else. */
void         gesso_worker_rest (GessoWorker *self);

/* The rest is for works only, on the engine thread. */

GsSession *gesso_worker_open_session (GessoWorker *self, GError **error);

/* Where that was asked for, whether the device computes right, before anything else is done with it: moments
 * where its driver is known, else seconds. GS_ERROR_NO_DEVICE if it does not. progress: may be NULL. */
gboolean   gesso_worker_check        (GessoWorker   *self,
                                      GsProgressFunc progress,
                                      gpointer       user_data,
                                      GError       **error);

/* path: NULL or empty for the starter model. vae: a file for its autoencoder, empty for its own, NULL for
 * what it is loaded with. Loads only what is not loaded already. */
GsSession *gesso_worker_open_model   (GessoWorker   *self,
                                      const char    *path,
                                      const char    *vae,
                                      GsProgressFunc progress,
                                      gpointer       user_data,
                                      GError       **error);

/* Folders for this session and those that come after it. */
void       gesso_worker_set_library (GessoWorker *self, const char *const *folders);

/* Whether that model is loaded, or is the starter, which takes no time where no training would have to
 * give way to it. */
gboolean   gesso_worker_has_model (GessoWorker *self, const char *path);

/* A result whose decoding failed is kept here until it is taken or another one comes. */
void       gesso_worker_keep_unfinished (GessoWorker *self, GsResult *result);
GsResult  *gesso_worker_take_unfinished (GessoWorker *self);

/* The training whose turn it was last waits here for the next one. Another one, another model or the
 * session's end free it, which loses nothing: its state is on disk. get: NULL unless it is that of this
 * state folder. */
void        gesso_worker_keep_training (GessoWorker *self, GsTraining *training, const char *state);
GsTraining *gesso_worker_get_training  (GessoWorker *self, const char *state);

/* Whether other works wait for the thread, or it is to end: what can as well be done later leaves
 * then, and pushes itself again. */
gboolean   gesso_worker_is_awaited  (GessoWorker *self);
gboolean   gesso_worker_is_stopping (GessoWorker *self);

/* Returns the error from the task, after a look at what it means for the session. */
void       gesso_worker_return_error (GessoWorker *self, GTask *task, GError *error);

G_END_DECLS
