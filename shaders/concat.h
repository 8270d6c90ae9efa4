/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of concat.comp. b may be absent (address 0, b_channels 0): then zeros follow a. */
#include "include/types.h"

struct GsConcatPush
{
  gs_address a, b, y;
  uint       a_channels, b_channels, channels; /* channels >= a_channels + b_channels: zeros */
  uint       elements;                         /* of y */
};
