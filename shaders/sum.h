/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of sum.comp. x: (x_samples, x_pixels, channels), y: (samples, pixels, channels). */
#include "include/types.h"

struct GsSumPush
{
  gs_address x, y;
  uint       x_samples, x_pixels;
  uint       samples, pixels, channels;
};
