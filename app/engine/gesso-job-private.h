/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine thread's end of a job. */
#pragma once

#include "gesso-job.h"

#include "gs.h"

G_BEGIN_DECLS

/* A GsProgressFunc; job is the GessoJob. */
gboolean gesso_job_report (const GsProgress *progress, gpointer job);

G_END_DECLS
