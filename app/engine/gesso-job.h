/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoJob: what a running generation tells the main loop, and the way to cancel it.
 *
 * The engine thread reports as often as it likes; the main loop hears of it once per turn, after
 * input and drawing, and always gets the newest state. "changed" is emitted then, and
 * "result" (GessoResult) once for each picture of an order.
 */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_JOB (gesso_job_get_type ())
G_DECLARE_FINAL_TYPE (GessoJob, gesso_job, GESSO, JOB, GObject)

GessoJob     *gesso_job_new             (void);

void          gesso_job_cancel          (GessoJob *self);
GCancellable *gesso_job_get_cancellable (GessoJob *self);

/* Holds it between two pieces of work, at most 50 ms from now, until why is NULL: a sentence for people.
 * It can be cancelled meanwhile. */
void          gesso_job_set_waiting     (GessoJob *self, const char *why);
const char   *gesso_job_get_waiting     (GessoJob *self);

/* 0..1 of the whole, or < 0 while that is not known. */
double        gesso_job_get_fraction    (GessoJob *self);

/* "Step 5 of 20, 12 seconds left", for people. */
char         *gesso_job_dup_status      (GessoJob *self);

/* The newest look at the picture to be, or NULL. An order's is transparent where nothing changes. */
GdkTexture   *gesso_job_get_preview     (GessoJob *self);

G_END_DECLS
