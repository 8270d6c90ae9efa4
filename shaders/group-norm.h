/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of the kernels of group normalisation; channels is a multiple of 4:
 *   group-norm-partial  per channel and slice of pixels: mean and sum of squared deviations
 *   group-norm          merges them, y = (x - mean) / sqrt (variance + epsilon) * weight + bias, and
 *                       SiLU where asked for
 *   group-norm-whole    all of that at once, for whole samples of some groups */
#include "include/types.h"

/* Invocations of a workgroup; also the most groups that a workgroup of group-norm covers. */
#define GS_GROUP_NORM_LANES 64

/* Specialization constant of group-norm-whole: invocations of a workgroup. */
#define GS_GROUP_NORM_WHOLE_LANES 0

/* Specialization constant of group-norm: columns of the tiles of a product that left the moments, as
 * include/matmul-moments.glsl describes them; 0: group-norm-partial did. */
#define GS_GROUP_NORM_LEFT_COLUMNS 0

struct GsGroupNormPush
{
  gs_address x, x2;              /* x2: the channels behind the first x_channels, or 0   */
  gs_address y, weight, bias;    /* weight, bias: (C) float                              */
  gs_address moments;            /* (N, slices, C) pairs of floats, or what a product left */
  uint       samples, pixels, groups;
  uint       channels, x_channels; /* in all, in x                                      */
  uint       slices, slice_pixels;
  float      epsilon;
  uint       silu;
  uint       block_fours, block_pixels; /* that a workgroup covers; whole groups. Of group-norm-whole
                                           all pixels */
};
