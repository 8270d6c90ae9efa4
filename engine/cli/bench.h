/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of "gesso-cli bench" share. */
#pragma once

#include "cli/cli.h"

G_BEGIN_DECLS

/* What was measured, and of what. */
typedef struct
{
  const GsBench *bench;
  GsSession     *session;
  guint          width, height;
} GsCliBench;

/* ---- As tables and as JSON (bench-print.c) -------------------------------------------------- */

void gs_cli_bench_print_tables (const GsCliBench *self);

/* {"device", "driver", "model", "width", "height", "seconds_per_step",
 *  "ceilings": {NAME: {"gflops_per_s"} or {"gbytes_per_s"}},
 *  PART: {"seconds", "gflop", "gflops_per_s", "gbytes_per_s", "fraction", "dispatches",
 *         "arena_bytes", "peak_bytes",
 *         "gemms": {as an op class}, "of_gemms": the part's speed over that of its gemms,
 *         "ops": {CLASS: {"seconds", "share", "gflop", "gflops_per_s", "gbytes_per_s", "fraction",
 *                         "ceiling": "compute" or "memory", "nodes", "dispatches"}}}} */
void gs_cli_bench_print_json (const GsCliBench *self);

G_END_DECLS
