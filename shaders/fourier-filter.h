/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of fourier-filter.comp; channels is a multiple of 4. */
#include "include/types.h"

/* Of a workgroup: fours of channels, and invocations that share their pixels. */
#define GS_FOURIER_FILTER_FOURS 4
#define GS_FOURIER_FILTER_ROWS 64

struct GsFourierFilterPush
{
  gs_address x, y;
  uint       samples, height, width, channels;
  float      gain; /* (scale - 1) / (height * width) */
};
