/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoEngine: the engine, as widgets know it. All calls are made on the main thread and return at
 * once; the work is done on the engine's own threads, one for each device, one after the other there.
 *
 * Errors are sentences for people. A cancelled job fails with G_IO_ERROR_CANCELLED.
 */
#pragma once

#include "document/gesso-settings.h"
#include "document/gesso-candidate.h"
#include "gesso-devices.h"
#include "gesso-job.h"
#include "gesso-order.h"
#include "gesso-picture.h"
#include "gesso-server.h"
#include "gesso-training.h"

G_BEGIN_DECLS

#define GESSO_TYPE_ENGINE (gesso_engine_get_type ())
G_DECLARE_FINAL_TYPE (GessoEngine, gesso_engine, GESSO, ENGINE, GObject)

/* First in main(), before there are threads: sets up the environment that drivers read. */
void gesso_engine_prepare_process (void);

GessoEngine *gesso_engine_new (void);

/* Where orders can be made; all else is done on the first one. Never NULL. */
GessoDevices *gesso_engine_get_devices (GessoEngine *self);

/* Opens the first device ahead of the first picture. Fails where there is no Vulkan driver. */
void     gesso_engine_open_async  (GessoEngine        *self,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            data);
gboolean gesso_engine_open_finish (GessoEngine *self, GAsyncResult *result, GError **error);

/* Known once the device is open: its name or NULL, and whether it is the processor. */
const char *gesso_engine_get_device_name (GessoEngine *self);
gboolean    gesso_engine_get_on_cpu      (GessoEngine *self);

/* Of generations from now on: "none", "fast" or "best". */
void gesso_engine_set_preview (GessoEngine *self, const char *preview);

/* Where orders are made whose model is one of another machine (see gesso-server-model.h). Never NULL. */
GessoServer *gesso_engine_get_server (GessoEngine *self);

/* Before main() returns, even if somebody still holds it: waits until the server has nothing to answer any
 * more and the threads have ended. Cancel their jobs first. Nothing can be asked of it afterwards. */
void gesso_engine_close (GessoEngine *self);

/* Folders in which prompts find LoRAs and embeddings, from the next work on; ended by NULL. */
void gesso_engine_set_library (GessoEngine *self, const char *const *folders);

/* An order's pictures come as the job's "result" while it runs. again: only what is missing of an order
 * that failed there and is unfinished. A device of this machine makes one after the other, a server as they
 * come. Where another device suits one that failed, the next call makes what is missing of it there. */
void     gesso_engine_run_on_async (GessoEngine        *self,
                                    GessoDevice        *device,
                                    GessoOrder         *order,
                                    gboolean            again,
                                    GessoJob           *job,
                                    GAsyncReadyCallback callback,
                                    gpointer            data);
/* On the first device, or on the server if it is one of its models. */
void     gesso_engine_run_async  (GessoEngine        *self,
                                  GessoOrder         *order,
                                  gboolean            again,
                                  GessoJob           *job,
                                  GAsyncReadyCallback callback,
                                  gpointer            data);
gboolean gesso_engine_run_finish (GessoEngine *self, GAsyncResult *result, GError **error);

/* What the candidate looked like after a step, quickly, and transparent where it is. Fails with
 * G_IO_ERROR_PENDING while another model is loaded. */
void        gesso_engine_look_async  (GessoEngine        *self,
                                      GessoTrail         *trail,
                                      GessoCandidate     *candidate,
                                      guint               step,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            data);
GdkTexture *gesso_engine_look_finish (GessoEngine *self, GAsyncResult *result, GError **error);

/* A picture scale times as large, by an upscaler's file or, where model is NULL, by resizing. */
void          gesso_engine_upscale_async  (GessoEngine        *self,
                                           GessoJob           *job,
                                           GessoPicture       *picture,
                                           const char         *model,
                                           double              scale,
                                           GAsyncReadyCallback callback,
                                           gpointer            data);
GessoPicture *gesso_engine_upscale_finish (GessoEngine *self, GAsyncResult *result, GError **error);

/* Learns until all is learnt, which then is a file of the library, or somebody interrupts the training:
 * G_IO_ERROR_CANCELLED. Other work goes first between two steps. After any error it can be continued by
 * another call. A training that was stopped beforehand only makes its file. */
void     gesso_engine_train_async  (GessoEngine        *self,
                                    GessoTraining      *training,
                                    GAsyncReadyCallback callback,
                                    gpointer            data);
gboolean gesso_engine_train_finish (GessoEngine *self, GAsyncResult *result, GError **error);

/* What a training will take, found by trying it: its folder and lesson are those of a training of a few
 * steps, of which no file comes. */
typedef struct
{
  guint64 needed_bytes, available_bytes; /* of the device's memory */
  double  seconds_per_step;              /* 0: not known           */
} GessoTrial;

void     gesso_engine_try_training_async  (GessoEngine        *self,
                                           GessoTraining      *training,
                                           GAsyncReadyCallback callback,
                                           gpointer            data);
gboolean gesso_engine_try_training_finish (GessoEngine  *self,
                                           GAsyncResult *result,
                                           GessoTrial   *trial,
                                           GError      **error);
/* Seconds of so many steps, with the sample pictures. */
double   gesso_trial_estimate             (const GessoTrial *trial, guint n_steps);

/* Tokens of a prompt and how many fit, as a model counts them. Fails with G_IO_ERROR_PENDING until a
 * picture was made with that model, but for the starter. */
void     gesso_engine_count_tokens_async  (GessoEngine        *self,
                                           const char         *model,
                                           const char         *prompt,
                                           GCancellable       *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer            data);
gboolean gesso_engine_count_tokens_finish (GessoEngine  *self,
                                           GAsyncResult *result,
                                           guint        *n_tokens,
                                           guint        *n_available,
                                           GError      **error);

G_END_DECLS
