/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of bench-fma.comp. */
#include "include/types.h"

struct GsBenchFmaPush
{
  gs_address y;
  uint       turns;
  float      factor;
};

/* Sums of one invocation, and multiply-adds to each in a turn of the loop; bench-fma.f16 does pairs. */
#define GS_BENCH_FMA_SUMS 14
#define GS_BENCH_FMA_REPEATS 64
#define GS_BENCH_FMA_LANES 64
