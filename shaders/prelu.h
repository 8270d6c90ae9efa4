/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of prelu.comp. */
#include "include/types.h"

struct GsPreluPush
{
  gs_address x, weight, y;
  uint       channels;
  uint       elements;
};
