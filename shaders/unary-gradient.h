/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of unary-gradient.comp; functions are numbered as in unary.h. */
#include "unary.h"

struct GsUnaryGradientPush
{
  gs_address x, dy, dx;
  uint       elements;
  float      limit; /* of the soft clamp */
};
