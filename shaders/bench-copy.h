/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of bench-copy.comp. */
#include "include/types.h"

struct GsBenchCopyPush
{
  gs_address x, y;
};

/* Of one workgroup; the buffers hold whole ones. */
#define GS_BENCH_COPY_BYTES 4096
