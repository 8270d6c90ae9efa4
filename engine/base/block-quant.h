/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers in blocks of 32 or 256 that share their scale, as ggml stores them (ggml-org/ggml:
 * src/ggml-common.h and src/ggml-quants.c). In a row of numbers one block follows the other. */
#pragma once

#include "base/dtype.h"

G_BEGIN_DECLS

/* The numbers of n_blocks blocks. dtype: one of more than one element a block. */
void gs_blocks_to_floats (GsDtype dtype, const guint8 *blocks, gsize n_blocks, float *out);

/* TRUE for the types that numbers can be put into: Q8_0, Q5_0, Q5_1, Q4_0, Q4_1. */
gboolean gs_blocks_can_write (GsDtype dtype);

/* Rounds n_blocks blocks' numbers, with the scales that ggml chooses. */
void gs_blocks_from_floats (GsDtype dtype, const float *numbers, gsize n_blocks, guint8 *out);

G_END_DECLS
