/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of unary.comp and the numbers of its functions. */
#include "include/types.h"

struct GsUnaryPush
{
  gs_address x, y;
  uint       elements;
  float      limit; /* of the soft clamp; the leaky one's slope below 0; a factor */
};

#define GS_UNARY_SILU 0
#define GS_UNARY_GELU 1
#define GS_UNARY_QUICK_GELU 2
#define GS_UNARY_RELU 3
#define GS_UNARY_SOFT_CLAMP 4
#define GS_UNARY_LEAKY_RELU 5
#define GS_UNARY_SCALE 6
