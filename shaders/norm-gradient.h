/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of norm-gradient.comp. x, dy, y: (samples, pixels, channels). */
#include "include/types.h"

struct GsNormGradientPush
{
  gs_address x, dy, y, weight; /* weight: (channels) float */
  uint       samples, pixels, channels, groups;
  float      epsilon;
};

#define GS_NORM_GRADIENT_X 0      /* y is dx                    */
#define GS_NORM_GRADIENT_SCALED 1 /* y is dy times normalized x */
