/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of transpose.comp. */
#include "include/types.h"

struct GsTransposePush
{
  gs_address x, y;
  uint       rows, columns; /* of each matrix in x */
  uint       elements;      /* of all              */
};
