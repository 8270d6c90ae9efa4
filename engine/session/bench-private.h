/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of measuring share. */
#pragma once

#include "gs.h"
#include "session/session-private.h"

G_BEGIN_DECLS

/* Measures what the device does at best: fills bench->ceilings and the two highest. */
gboolean gs_bench_ceilings (GsSession *session, GsBench *bench, GError **error);

/* One step's worth of training a LoRA of rank 8 beside all layers of the U-Net's transformers, as kohya's
 * scripts choose them: loss and gradients of one picture, sizes in latent pixels. Made if needed. */
GsProgram *gs_bench_train_program (GsSession *session, guint32 width, guint32 height,
                                   GError **error);

/* Fills the op classes and nodes of a part from n_passes of its program, which has run before. */
gboolean gs_bench_profile (const GsBench *bench, GsBenchPart *part, GsProgram *program,
                           guint n_passes, GError **error);

/* Bytes that a node reads and writes. */
double gs_bench_node_bytes (const GsNode *node);

/* Rates from seconds, gflop and bytes. */
void gs_bench_entry_finish (GsBenchEntry *entry, double bytes);

G_END_DECLS
