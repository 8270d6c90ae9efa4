/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of embedding.comp. */
#include "include/types.h"

struct GsEmbeddingPush
{
  gs_address ids, table, y; /* ids 0: row number = position */
  uint       elements;      /* of y                         */
  uint       channels;
  uint       rows;
};
