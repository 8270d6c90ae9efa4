/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of the three kernels of group normalisation; channels is a multiple of 4:
 *   group-norm-partial  per channel and slice of pixels: mean and sum of squared deviations
 *   group-norm-merge    per channel: its group's mean, and weight / sqrt (variance + epsilon)
 *   group-norm          y = (x - mean) * scale + bias, and SiLU where asked for */
#include "include/types.h"

struct GsGroupNormPush
{
  gs_address x, y, weight, bias; /* weight, bias: (C) float       */
  gs_address means, squares;     /* (N, slices, C) float: partial */
  gs_address mean, scale;        /* (N, C) float: merged          */
  uint       samples, pixels, channels, groups;
  uint       slices, slice_pixels;
  float      epsilon;
  uint       silu;
};

/* Fours of channels that one invocation of group-norm handles, 64 apart. */
#define GS_GROUP_NORM_ROUNDS 8
