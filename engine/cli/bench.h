/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of "gesso-cli bench" share. */
#pragma once

#include "cli/cli.h"

G_BEGIN_DECLS

typedef struct _GsCliBenchOld GsCliBenchOld;

/* What was measured, and of what. */
typedef struct
{
  const GsBench *bench;
  GsSession     *session;
  guint          width, height;
  GsCliBenchOld *old;    /* what to compare with, or NULL */
} GsCliBench;

/* ---- As tables and as JSON (bench-print.c) -------------------------------------------------- */

void gs_cli_bench_print_tables (const GsCliBench *self);

/* With something to compare with, parts and op classes have their "ratio" too: new seconds over old.
 * {"device", "driver", "model", "width", "height", "seconds_per_step",
 *  "training": {"steps_per_s", "time_ratio", "memory_ratio"}: train_lora beside unet_batch1,
 *  "ceilings": {NAME: {"gflops_per_s"} or {"gbytes_per_s"}},
 *  PART: {"seconds", "gflop", "gflops_per_s", "gbytes_per_s", "fraction", "dispatches",
 *         "arena_bytes", "peak_bytes",
 *         "gemms": {as an op class}, "of_gemms": the part's speed over that of its gemms,
 *         "ops": {CLASS: {"seconds", "share", "gflop", "gflops_per_s", "gbytes_per_s", "fraction",
 *                         "ceiling": "compute" or "memory", "nodes", "dispatches"}}}} */
void gs_cli_bench_print_json (const GsCliBench *self);

/* ---- An earlier measurement (bench-compare.c) ----------------------------------------------- */

/* Reads what gs_cli_bench_print_json() printed into a file. */
GsCliBenchOld *gs_cli_bench_old_load (const char *path, GError **error);
void           gs_cli_bench_old_free (GsCliBenchOld *self); /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsCliBenchOld, gs_cli_bench_old_free)

/* Seconds of a part, or of an op class of it; 0 if that was not measured. */
double gs_cli_bench_old_seconds (GsCliBenchOld *self, const char *part, const char *op);

/* "synthetic sd15, 512 x 512 pixels, DEVICE" */
char *gs_cli_bench_old_describe (GsCliBenchOld *self);

/* ---- As a trace (bench-trace.c) ------------------------------------------------------------- */

/* Writes the nodes of the profiled parts for chrome://tracing and Perfetto. */
gboolean gs_cli_bench_write_trace (const GsCliBench *self, const char *path, GError **error);

G_END_DECLS
