/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Weights in blocks, in the panels of shaders/include/quant.glsl: [columns / 16][channels / 32] of what
 * 16 columns' blocks hold. Scales are floats there, as those of K formats are products of a half and six
 * bits, so nothing is lost: with 4 bits a number takes 5 (with minima 6), with 6 bits 8.
 *
 * A column is stored [channel][tap], and its numbers' blocks run over both. Kernels read the channels of
 * one tap, so numbers change places within 32 channels of all taps, which are as many whole blocks as
 * there are taps, and find their scale by the place they had.
 */
#include "ops/matmul-private.h"

#include "base/block-parts.h"
#include "base/parallel.h"
#include "matmul.h"

#include <string.h>

#define ROW (4 * GS_MATMUL_PANEL) /* bytes of 16 words */
#define MAX_TAPS 256              /* more are none of a picture's */

typedef struct
{
  const GsHostTensor *source;
  guint8  *destination;
  guint64  n_columns, n_groups; /* of 32 channels in a column */
  guint    taps;                /* so many blocks a group     */
  guint    bits;
  gboolean has_minima, has_two_scales;
  gint     has_failed;
} Blocks;

/* Rows of 16 words: a block's scales; its scales and minimum; a tap's low bits and its high ones. */
static guint
only_scale_rows (const Blocks *blocks)
{
  return blocks->has_two_scales ? 2 : 1;
}

static guint
scale_rows (const Blocks *blocks)
{
  return only_scale_rows (blocks) + (blocks->has_minima ? 1 : 0);
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
group_bytes (const Blocks *blocks)
{
  return (guint64) ROW * blocks->taps
         * (scale_rows (blocks) + low_rows (blocks) + high_rows (blocks));
}

static Blocks
blocks_of (const guint64 *dims, guint n_dims, GsDtype dtype)
{
  Blocks blocks = { .n_columns = dims[0], .n_groups = (n_dims > 1 ? dims[1] : 1) / GS_BLOCK_PART,
                    .taps = 1 };

  for (guint i = 2; i < n_dims; i++)
    blocks.taps *= (guint) dims[i];
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
  guint64 taps = 1;

  for (guint i = 2; i < n_dims; i++)
    taps *= dims[i];
  return n_dims > 1 && gs_dtype_block (dtype) > 1 && dims[1] % GS_BLOCK_PART == 0 && taps <= MAX_TAPS;
}

/* The kernels of older drivers for processors read none. With the others a number of a block takes its time
 * there: 1.2 to 1.6 times that of halfs, which is what less memory costs, but for convolutions in 8 bits 1.9
 * times for little more than half of it, so that those become halfs. */
gboolean
gs_matmul_keeps_blocks (GsDevice *device, const guint64 *dims, guint n_dims, GsDtype dtype)
{
  const GsMatmulVariant variant = gs_matmul_choose (device);
  gboolean has_taps = FALSE;

  for (guint i = 2; i < n_dims; i++)
    has_taps |= dims[i] > 1;
  if (variant == GS_MATMUL_TEXEL || variant == GS_MATMUL_GATHER
      || (variant >= GS_MATMUL_UNIFORM && has_taps && dtype == GS_DTYPE_Q8_0))
    return FALSE;
  return gs_matmul_takes_blocks (dims, n_dims, dtype);
}

guint64
gs_matmul_blocks_bytes (const guint64 *dims, guint n_dims, GsDtype dtype)
{
  const Blocks blocks = blocks_of (dims, n_dims, dtype);

  return gs_groups (blocks.n_columns, GS_MATMUL_PANEL) * blocks.n_groups * group_bytes (&blocks);
}

static void
put_word (guint8 *group, guint row, guint column, guint32 word)
{
  memcpy (group + row * ROW + column * sizeof word, &word, sizeof word);
}

static void
put_float (guint8 *group, guint row, guint column, float value)
{
  memcpy (group + row * ROW + column * sizeof value, &value, sizeof value);
}

/* Of block i of a group. */
static void
put_scales (const Blocks *blocks, guint8 *group, guint column, guint i, const GsBlockPart *part)
{
  const guint n = only_scale_rows (blocks);

  for (guint k = 0; k < n; k++)
    put_float (group, i * n + k, column, part->scales[k]);
  if (blocks->has_minima)
    put_float (group, n * blocks->taps + i, column, part->minimum);
}

/* Of the channels of one tap. */
static void
put_numbers (const Blocks *blocks, guint8 *group, guint column, guint tap, const guint8 *q)
{
  const guint low = scale_rows (blocks) * blocks->taps
                    + tap * (low_rows (blocks) + high_rows (blocks));
  const guint high = low + low_rows (blocks);
  const guint low_bits = blocks->bits == 8 ? 8 : 4, in_word = 32 / low_bits;
  const guint high_bits = blocks->bits - low_bits;
  const guint in_high = high_bits > 0 ? 32 / high_bits : 0;

  for (guint i = 0; i < low_rows (blocks); i++)
    {
      guint32 word = 0;

      for (guint k = 0; k < in_word; k++)
        word |= (guint32) (q[i * in_word + k] & ((1u << low_bits) - 1)) << (k * low_bits);
      put_word (group, low + i, column, word);
    }
  for (guint i = 0; i < high_rows (blocks); i++)
    {
      guint32 word = 0;

      for (guint k = 0; k < in_high; k++)
        word |= (guint32) (q[i * in_high + k] >> low_bits) << (k * high_bits);
      put_word (group, high + i, column, word);
    }
}

/* from: the panel's stored blocks; parts: room for as many as there are taps. */
static void
put_column (const Blocks *blocks, guint8 *group, guint column, const guint8 *from, guint64 first_part,
            GsBlockPart *parts)
{
  guint8 q[GS_BLOCK_PART];

  for (guint i = 0; i < blocks->taps; i++)
    {
      gs_block_get_part (blocks->source->dtype, from, first_part + i, &parts[i]);
      put_scales (blocks, group, column, i, &parts[i]);
    }
  for (guint tap = 0; tap < blocks->taps; tap++)
    {
      for (guint channel = 0; channel < GS_BLOCK_PART; channel++)
        {
          const guint place = channel * blocks->taps + tap;

          q[channel] = parts[place / GS_BLOCK_PART].q[place % GS_BLOCK_PART];
        }
      put_numbers (blocks, group, column, tap, q);
    }
}

static void
pack_some (guint64 begin, guint64 end, gpointer data)
{
  Blocks *blocks = data;
  const guint64 n_bytes = group_bytes (blocks);
  const guint64 stored = blocks->n_groups * blocks->taps * GS_BLOCK_PART; /* of a column */
  g_autofree guint8 *buffer = g_malloc (GS_MATMUL_PANEL * stored / gs_dtype_block (blocks->source->dtype)
                                        * gs_dtype_bytes (blocks->source->dtype));
  g_autofree GsBlockPart *parts = g_new (GsBlockPart, blocks->taps);
  g_autofree guint8 *group = g_malloc0 (n_bytes); /* device memory wants to be written in order */

  for (guint64 panel = begin; panel < end; panel++)
    {
      const guint64 column = panel * GS_MATMUL_PANEL;
      const guint64 n = MIN (GS_MATMUL_PANEL, blocks->n_columns - column);
      guint8 *to = blocks->destination + panel * blocks->n_groups * n_bytes;
      const guint8 *from = gs_host_tensor_get_bytes (blocks->source, column * stored, n * stored, buffer);

      if (from == NULL)
        {
          g_atomic_int_set (&blocks->has_failed, TRUE);
          return;
        }
      if (n < GS_MATMUL_PANEL)
        memset (group, 0, n_bytes);
      for (guint64 g = 0; g < blocks->n_groups; g++, to += n_bytes)
        {
          for (guint64 c = 0; c < n; c++)
            put_column (blocks, group, c, from, (c * blocks->n_groups + g) * blocks->taps, parts);
          memcpy (to, group, n_bytes);
        }
    }
}

gboolean
gs_matmul_pack_blocks (const GsHostTensor *source, gpointer destination)
{
  Blocks blocks = blocks_of (source->dims, source->n_dims, source->dtype);

  blocks.source = source;
  blocks.destination = destination;
  gs_parallel (gs_groups (blocks.n_columns, GS_MATMUL_PANEL), 8, pack_some, &blocks);
  return !blocks.has_failed;
}
