/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of embedding-gradient.comp. */
#include "include/types.h"

struct GsEmbeddingGradientPush
{
  gs_address ids, dy, dx; /* ids: 0 if there are none */
  uint       positions, rows, channels;
};
