/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The threads that paint for the server: one for each device, all with the same queue. A job goes to
 * the first that is free.
 */
#pragma once

#include "cli/serve/request.h"

G_BEGIN_DECLS

typedef struct _GsServeWorkers GsServeWorkers;

/* The pictures of a job, in order. */
typedef struct
{
  GPtrArray *pictures;    /* PNG in base64 */
  GPtrArray *parameters;  /* A1111's text of each */
  GArray    *seeds;       /* guint64 */
  char      *model;       /* what was painted with */
  GError    *error;       /* why there are none, or NULL */
} GsServeAnswer;

/* Called once per job on the main context that was its pusher's; the answer is borrowed. */
typedef void (*GsServeDoneFunc) (const GsServeAnswer *answer, gpointer user_data);

/* What the job that began last is at; all 0 where there is none. */
typedef struct
{
  gboolean active;
  guint    n_waiting;         /* jobs that have not begun */
  guint    image, n_images, step, n_steps;
  double   seconds_left;      /* of the picture; < 0: not known */
  gint64   began;             /* microseconds since 1970 */
  GsImage *preview;           /* or NULL */
} GsServeProgress;

void gs_serve_progress_clear (GsServeProgress *progress);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GsServeProgress, gs_serve_progress_clear)

/* devices: each as GsSessionOptions.device, ended by NULL; an empty list is the first usable one. folders:
 * an artist's library, ended by NULL, or NULL. vae: as GsModelOptions.vae. NULL if a device cannot be used. */
GsServeWorkers *gs_serve_workers_new  (const char *const *devices, GsPrecision precision,
                                       const char *const *folders, const char *vae, GError **error);
/* Cancels what is running, and answers all that waits with GS_ERROR_CANCELLED. */
void            gs_serve_workers_free (GsServeWorkers *self);

/* request is taken over. model: a path, or NULL for the starter; loaded where it is not the one before.
 * Returns the job's number. */
guint64 gs_serve_workers_push (GsServeWorkers *self, GsServeRequest *request, const char *model,
                               GsServeDoneFunc done, gpointer user_data);

/* Ends a job, whether it waits or runs; its answer comes nevertheless. */
void gs_serve_workers_cancel (GsServeWorkers *self, guint64 number);

/* Ends all that run, not what waits. Their answers are the pictures that were finished, or how far
 * the one that was not had come. */
void gs_serve_workers_interrupt (GsServeWorkers *self);

GsServeProgress gs_serve_workers_get_progress (GsServeWorkers *self, gboolean with_preview);

G_END_DECLS
