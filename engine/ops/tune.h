/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Choice by measuring: of several kernels that do the same, the one that is fastest on this device for
 * a class of shapes. Each is run some times, on first use; the winner's name is remembered in the
 * process and in the file "tuning", see remembered.h.
 */
#pragma once

#include "gpu/commands.h"

G_BEGIN_DECLS

/* Seconds that a candidate takes; INFINITY if it does not run here. */
typedef double (*GsTuneFunc) (GsDevice *device, guint candidate, gpointer data);

/* The fastest of n candidates; key: of the class, without white space, as the names are. If none
 * could be timed it is the first, and is not remembered. */
guint gs_tune_choose (GsDevice *device, const char *key, const char *const *names, guint n,
                      GsTuneFunc func, gpointer data);

/* Best time of some runs of what record() dispatches, for a GsTuneFunc. */
typedef void (*GsTuneRecordFunc) (GsCommands *commands, gpointer data);

double gs_tune_time (GsDevice *device, GsTuneRecordFunc record, gpointer data);

G_END_DECLS
