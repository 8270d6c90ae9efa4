/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine thread's end of a job. */
#pragma once

#include "gesso-job.h"

#include "gs.h"

G_BEGIN_DECLS

/* A GsProgressFunc; job is the GessoJob. */
gboolean gesso_job_report (const GsProgress *progress, gpointer job);

/* Any thread. */
gboolean gesso_job_is_cancelled (GessoJob *self);

/* Before it runs: looks at the picture are transparent where it will not change anything. */
void     gesso_job_set_covered (GessoJob *self);

/* A GessoResult to hand out, which is taken. */
void     gesso_job_push_result (GessoJob *self, gpointer result);

/* Main thread: hands out at once what is still on its way. */
void     gesso_job_flush  (GessoJob *self);

G_END_DECLS
