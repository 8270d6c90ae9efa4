/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether the kernels that a device may choose among compute what they should: each multiplies small
 * random matrices, or attends, and is compared with the same in double precision on the host. A kernel
 * that failed, or during whose check the process or the device went down, is not chosen any more. What one
 * takes over has checks of its own ("matmul-norms-...", "attention-queries-..."): it stays apart if they fail.
 *
 * Findings are kept in the file "checks" of the device's cache folder, see remembered.h: "passed",
 * "failed", "running" for one that has not come to an end, be it that the program was ended meanwhile: it
 * is made once more, and is "again" then.
 */
#pragma once

#include "gpu/device.h"

G_BEGIN_DECLS

typedef struct
{
  char     name[96];   /* "matmul-coopmat-64x64-32x32-16x16x16-32": without white space */
  gboolean needed;     /* there is no other one to take its place */
} GsKernelCheck;

/* All checks there are for the device (GsKernelCheck). */
GArray *gs_kernel_checks_list (GsDevice *device);

/* Runs one and remembers how it ended. FALSE with error if the device was lost or the poll function said
 * stop (then it is as if it had not begun); else passed says how it ended, and worst is the largest error
 * relative to the largest value wanted. */
gboolean gs_kernel_check_run (GsDevice *device, const GsKernelCheck *check, gboolean *passed,
                              double *worst, GError **error);

/* Whether a kernel may be chosen: all but those that failed or never ended. */
gboolean gs_kernel_check_allows (GsDevice *device, const char *name);

/* Whether one passed, which is checked now if that was not yet: for kernels that are not to be trusted
 * before. */
gboolean gs_kernel_check_passes (GsDevice *device, const char *name);

/* How it ended: "passed", "failed", "running", "again"; NULL: it has not begun. g_free(). */
char    *gs_kernel_check_finding (GsDevice *device, const char *name);

G_END_DECLS
