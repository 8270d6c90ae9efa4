/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of difference.comp. */
#include "include/types.h"

/* Constant 0: what is made. */
#define GS_DIFFERENCE_OF 0       /* y of (.., 2 channels) */
#define GS_DIFFERENCE_GRADIENT 1 /* dx of (.., channels)  */

struct GsDifferencePush
{
  gs_address from, to;
  uint       height, width, channels; /* of x */
  uint       elements;                /* of x */
  float      scale;
};
