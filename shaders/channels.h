/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of channels.comp. */
#include "include/types.h"

struct GsChannelsPush
{
  gs_address x, y;
  gs_address add;                  /* of y's shape, or 0 */
  uint       x_channels, channels; /* of y */
  uint       first;                /* channel of x that y's first is, modulo 2^32 */
  uint       elements;             /* of y */
};
