/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks taken apart: what 32 numbers of any block format (base/block-quant.h) are made of. */
#pragma once

#include "base/dtype.h"

G_BEGIN_DECLS

#define GS_BLOCK_PART 32 /* numbers of a part; a block is one or several */

typedef struct
{
  guint8 q[GS_BLOCK_PART]; /* unsigned: number i is scales[i / 16] (q[i] - 2^(bits - 1)), ...   */
  float  scales[2];        /* exact                                                            */
  float  minimum;          /* ... or, if the format has minima, scales[i / 16] q[i] + minimum   */
} GsBlockPart;

/* Bits of q; whether the format has minima; whether the two scales differ. */
void gs_block_format (GsDtype dtype, guint *bits, gboolean *has_minima, gboolean *has_two_scales);

/* Part i of a row of blocks. */
void gs_block_get_part (GsDtype dtype, const guint8 *row, guint64 i, GsBlockPart *part);

G_END_DECLS
