/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Weights in blocks, in the panels of shaders/include/quant.glsl: [columns / 16][k / 32] of what 16
 * columns' blocks hold. Scales are floats there, as those of K formats are products of a half and six
 * bits, so nothing is lost: with 4 bits a number takes 5 (with minima 6), with 6 bits 8.
 */
#include "ops/matmul-private.h"

#include "base/block-parts.h"
#include "base/parallel.h"
#include "matmul.h"

#include <string.h>

#define ROW (4 * GS_MATMUL_PANEL) /* bytes of 16 words */

typedef struct
{
  const GsHostTensor *source;
  guint8  *destination;
  guint64  n_columns, n_parts; /* of a column */
  guint64  column_bytes;       /* in the source */
  guint    bits;
  gboolean has_minima, has_two_scales;
} Blocks;

/* Rows of 16 words before the low bits, of low and of high bits. */
static guint
scale_rows (const Blocks *blocks)
{
  return (blocks->has_two_scales ? 2 : 1) + (blocks->has_minima ? 1 : 0);
}

static guint
low_rows (const Blocks *blocks)
{
  return blocks->bits == 8 ? 8 : 4;
}

static guint
high_rows (const Blocks *blocks)
{
  return blocks->bits == 5 ? 1 : blocks->bits == 6 ? 2 : 0;
}

static guint64
block_bytes (const Blocks *blocks)
{
  return (guint64) ROW * (scale_rows (blocks) + low_rows (blocks) + high_rows (blocks));
}

static Blocks
blocks_of (const guint64 *dims, guint n_dims, GsDtype dtype)
{
  const guint64 depth = n_dims > 1 ? dims[1] : 1;
  Blocks blocks = { .n_columns = dims[0], .n_parts = depth / GS_BLOCK_PART };

  blocks.column_bytes = depth / gs_dtype_block (dtype) * gs_dtype_bytes (dtype);
  gs_block_format (dtype, &blocks.bits, &blocks.has_minima, &blocks.has_two_scales);
  return blocks;
}

guint32
gs_matmul_weight_format (GsDtype dtype)
{
  guint bits;
  gboolean has_minima, has_two_scales;

  if (gs_dtype_block (dtype) == 1)
    return dtype == GS_DTYPE_F16 ? GS_MATMUL_WEIGHT_F16 : GS_MATMUL_WEIGHT_F32;
  gs_block_format (dtype, &bits, &has_minima, &has_two_scales);
  switch (bits)
    {
    case 4:  return has_minima ? GS_MATMUL_WEIGHT_4_MIN : GS_MATMUL_WEIGHT_4;
    case 5:  return has_minima ? GS_MATMUL_WEIGHT_5_MIN : GS_MATMUL_WEIGHT_5;
    case 6:  return GS_MATMUL_WEIGHT_6;
    default: return GS_MATMUL_WEIGHT_8;
    }
}

gboolean
gs_matmul_takes_blocks (const guint64 *dims, guint n_dims, GsDtype dtype)
{
  for (guint i = 2; i < n_dims; i++)
    if (dims[i] != 1) /* blocks would go across taps */
      return FALSE;
  return n_dims > 1 && gs_dtype_block (dtype) > 1 && dims[1] % gs_dtype_block (dtype) == 0;
}

guint64
gs_matmul_blocks_bytes (const guint64 *dims, guint n_dims, GsDtype dtype)
{
  const Blocks blocks = blocks_of (dims, n_dims, dtype);

  return gs_groups (blocks.n_columns, GS_MATMUL_PANEL) * blocks.n_parts * block_bytes (&blocks);
}

static void
put_word (guint8 *block, guint row, guint column, guint32 word)
{
  memcpy (block + row * ROW + column * sizeof word, &word, sizeof word);
}

static void
put_float (guint8 *block, guint row, guint column, float value)
{
  memcpy (block + row * ROW + column * sizeof value, &value, sizeof value);
}

static void
put_part (const Blocks *blocks, guint8 *block, guint column, const GsBlockPart *part)
{
  const guint low = scale_rows (blocks), high = low + low_rows (blocks);
  const guint low_bits = blocks->bits == 8 ? 8 : 4, in_word = 32 / low_bits;
  const guint high_bits = blocks->bits - low_bits;
  const guint in_high = high_bits > 0 ? 32 / high_bits : 0;

  put_float (block, 0, column, part->scales[0]);
  if (blocks->has_two_scales)
    put_float (block, 1, column, part->scales[1]);
  if (blocks->has_minima)
    put_float (block, 1, column, part->minimum);
  for (guint i = 0; i < low_rows (blocks); i++)
    {
      guint32 word = 0;

      for (guint k = 0; k < in_word; k++)
        word |= (guint32) (part->q[i * in_word + k] & ((1u << low_bits) - 1)) << (k * low_bits);
      put_word (block, low + i, column, word);
    }
  for (guint i = 0; i < high_rows (blocks); i++)
    {
      guint32 word = 0;

      for (guint k = 0; k < in_high; k++)
        word |= (guint32) (part->q[i * in_high + k] >> low_bits) << (k * high_bits);
      put_word (block, high + i, column, word);
    }
}

static void
pack_some (guint64 begin, guint64 end, gpointer data)
{
  const Blocks *blocks = data;

  for (guint64 i = begin; i < end; i++) /* panels */
    {
      guint8 *to = blocks->destination + i * blocks->n_parts * block_bytes (blocks);

      for (guint64 p = 0; p < blocks->n_parts; p++, to += block_bytes (blocks))
        {
          if ((i + 1) * GS_MATMUL_PANEL > blocks->n_columns)
            memset (to, 0, block_bytes (blocks));
          for (guint c = 0; c < GS_MATMUL_PANEL && i * GS_MATMUL_PANEL + c < blocks->n_columns; c++)
            {
              const guint8 *row = (const guint8 *) blocks->source->data
                                  + (i * GS_MATMUL_PANEL + c) * blocks->column_bytes;
              GsBlockPart part;

              gs_block_get_part (blocks->source->dtype, row, p, &part);
              put_part (blocks, to, c, &part);
            }
        }
    }
}

void
gs_matmul_pack_blocks (const GsHostTensor *source, gpointer destination)
{
  Blocks blocks = blocks_of (source->dims, source->n_dims, source->dtype);

  blocks.source = source;
  blocks.destination = destination;
  gs_parallel (gs_groups (blocks.n_columns, GS_MATMUL_PANEL), 8, pack_some, &blocks);
}
