/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of upsample-gradient.comp. */
#include "include/types.h"

struct GsUpsampleGradientPush
{
  gs_address dy, dx;
  uint       x_height, x_width, height, width, channels; /* height, width: of dy */
  uint       elements; /* of dx */
};
