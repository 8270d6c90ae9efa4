/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of add.comp: element i of y is a[i] + b[(i / outer) * channels + i % channels] for
 * a vector per sample, a[i] + b[i % repeat] for one repeated over samples. */
#include "include/types.h"

struct GsAddPush
{
  gs_address a, b, y;
  uint       elements;
  uint       period;   /* b repeats after so many elements of a */
  uint       channels; /* b is a vector of so many for ...      */
  uint       outer;    /* ... each run of so many elements of a */
};

#define GS_ADD_SAME 0       /* b like a                   */
#define GS_ADD_PER_SAMPLE 1 /* b: (N, 1, 1, C)            */
#define GS_ADD_REPEATED 2   /* b: (1, H, W, C), (1,1,1,C) */
