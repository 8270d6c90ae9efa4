/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of the three kernels of group normalisation:
 *   group-norm-partial  per channel and slice of pixels: mean and sum of squared deviations
 *   group-norm-merge    per sample and group: mean and 1 / sqrt (variance + epsilon)
 *   group-norm          y = (x - mean) * rstd * weight + bias, and SiLU where asked for */
#include "include/types.h"

struct GsGroupNormPush
{
  gs_address x, y, weight, bias; /* weight, bias: (C) float                             */
  gs_address partial;            /* (N, slices, C) of (mean, sum of squared deviations) */
  gs_address moments;            /* (N, groups) of (mean, rstd)                         */
  uint       samples, pixels, channels, groups;
  uint       slices, slice_pixels;
  float      epsilon;
  uint       silu;
};
