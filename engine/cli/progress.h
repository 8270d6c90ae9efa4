/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Progress of a job on stderr: a bar that redraws itself on a terminal, plain lines elsewhere. */
#pragma once

#include "cli/cli.h"

G_BEGIN_DECLS

typedef struct
{
  const char *preview_folder; /* where each step's picture goes, or NULL */
  gboolean    terminal;
  gboolean    bar_drawn;      /* the cursor stands behind a bar          */
  gboolean    preview_failed; /* said once, then no more are tried       */
  int         columns;
  int         last_phase;
  guint       last_step, last_image;
  gint64      last_line;      /* monotonic microseconds                  */
} GsCliProgress;

/* preview_folder: borrowed; must exist. */
void gs_cli_progress_init (GsCliProgress *progress, const char *preview_folder);

/* A GsProgressFunc; user_data is a GsCliProgress. FALSE once a signal came. */
gboolean gs_cli_progress_update (const GsProgress *progress, gpointer user_data);

/* Wipes the bar: what is printed next begins on an empty line. */
void gs_cli_progress_finish (GsCliProgress *progress);

G_END_DECLS
