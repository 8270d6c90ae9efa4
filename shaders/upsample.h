/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of upsample.comp. */
#include "include/types.h"

struct GsUpsamplePush
{
  gs_address x, y;
  uint       x_height, x_width, height, width, channels;
  uint       elements; /* of y */
};
