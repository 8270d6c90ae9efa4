/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of pixel-shuffle.comp. */
#include "include/types.h"

struct GsPixelShufflePush
{
  gs_address x, y;
  uint       width, channels; /* of y */
  uint       r;
  uint       elements;
};
