/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of layer-norm.comp and layer-norm-lanes.comp. */
#include "include/types.h"

struct GsLayerNormPush
{
  gs_address x, y, weight, bias; /* weight, bias: (C) float */
  uint       tokens, channels;
  float      epsilon;
};
