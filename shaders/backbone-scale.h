/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of two kernels; channels is a multiple of 8:
 *   channel-mean    each pixel's mean over its channels
 *   backbone-scale  the first half of the channels by a factor that grows with that mean */
#include "include/types.h"

/* Invocations of a workgroup of either. */
#define GS_BACKBONE_SCALE_LANES 64

struct GsBackboneScalePush
{
  gs_address x, y, means; /* means: (N, H, W) floats */
  uint       samples, pixels, channels;
  uint       block_pixels; /* for a workgroup of backbone-scale */
  float      factor;
};
