/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of geglu.comp. */
#include "include/types.h"

struct GsGegluPush
{
  gs_address x, y;
  uint       elements; /* of y           */
  uint       channels; /* of y: half x's */
};
