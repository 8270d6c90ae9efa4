/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of gaussian.comp and gaussian-divergence.comp. */
#include "include/types.h"

/* Constant 0 of gaussian.comp: what is made. */
#define GS_GAUSSIAN_SAMPLE 0     /* y of (.., channels)                                          */
#define GS_GAUSSIAN_GRADIENT 1   /* the moments' gradient, (.., 2 channels)                      */
#define GS_GAUSSIAN_DIVERGENCE 2 /* the same of the divergence                                   */

/* Logarithms of variances count as being between these, as diffusers and its predecessors have it. */
#define GS_GAUSSIAN_LOWEST -30.0
#define GS_GAUSSIAN_HIGHEST 20.0

#define GS_GAUSSIAN_LANES 256 /* of gaussian-divergence.comp */

struct GsGaussianPush
{
  gs_address moments; /* (.., 2 channels): means, logarithms of variances          */
  gs_address noise;   /* (.., channels)                                            */
  gs_address dy;      /* the gradient of y, or one float                           */
  gs_address y;       /* what is made; of gaussian-divergence one float            */
  uint       channels, elements; /* of means                                       */
  float      factor;  /* of the divergence                                         */
};
