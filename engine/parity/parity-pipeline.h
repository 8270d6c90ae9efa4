/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole runs: text to picture and so on. */
#pragma once

#include "io/checkpoint.h"
#include "parity/parity.h"

G_BEGIN_DECLS

/* Makes the case's run with a checkpoint (which it takes) and compares the finished picture alone,
 * with a tolerance of the caller's. */
gboolean gs_parity_pipeline_picture (GsParityRun *run, JsonObject *pipeline,
                                     GsCheckpoint *checkpoint, double tolerance, GError **error);

G_END_DECLS
