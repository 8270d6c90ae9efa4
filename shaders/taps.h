/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of taps.comp. */
#include "include/types.h"

/* Constant 0: what is made. */
#define GS_TAPS_SUM 0      /* y   */
#define GS_TAPS_GRADIENT 1 /* dx  */

struct GsTapsPush
{
  gs_address from, to;
  uint       height, width;     /* of x */
  uint       y_height, y_width;
  uint       channels;          /* of y; x has kernel^2 times as many */
  uint       kernel, stride, pad;
  uint       elements;          /* of what is made */
};
