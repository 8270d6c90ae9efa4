/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of geglu-gradient.comp. */
#include "include/types.h"

struct GsGegluGradientPush
{
  gs_address x, dy, dx;
  uint       elements; /* of dy           */
  uint       channels; /* of dy: half x's */
};
