/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of dilate.comp. */
#include "include/types.h"

struct GsDilatePush
{
  gs_address x, y;
  uint       x_height, x_width, height, width, channels;
  uint       stride;
  uint       elements; /* of y */
};
