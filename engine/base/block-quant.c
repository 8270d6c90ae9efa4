/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ggml's block formats. d and m are halves; the first half of a block's numbers stands in the low four
 * bits of its bytes, the second half in the high ones. */
#include "base/block-quant.h"
#include "base/block-parts.h"

#include "base/half.h"

#include <math.h>

#define BLOCK 32
#define SUPER 256

static float
half_at (const guint8 *at)
{
  return gs_half_to_float ((guint16) (at[0] | at[1] << 8));
}

static void
put_half (guint8 *at, float value)
{
  const guint16 bits = gs_half_from_float (value);

  at[0] = bits & 0xff;
  at[1] = bits >> 8;
}

/* d, [m,] [32 high bits,] 16 bytes of two numbers each: d q - 2^(bits - 1) d, or d q + m. */
static void
read_small (const guint8 *block, gboolean has_fifth, gboolean has_minimum, float *out)
{
  const float d = half_at (block);
  const float m = has_minimum ? half_at (block + 2) : has_fifth ? -16 * d : -8 * d;
  const guint8 *high = block + (has_minimum ? 4 : 2);
  const guint8 *low = has_fifth ? high + 4 : high;

  for (guint i = 0; i < BLOCK; i++)
    {
      guint q = i < BLOCK / 2 ? low[i] & 15 : low[i - BLOCK / 2] >> 4;

      if (has_fifth)
        q |= (high[i / 8] >> (i % 8) & 1u) << 4;
      out[i] = d * (float) q + m;
    }
}

static void
read_q8_0 (const guint8 *block, float *out)
{
  const float d = half_at (block);

  for (guint i = 0; i < BLOCK; i++)
    out[i] = d * (gint8) block[2 + i];
}

/* Scale and minimum i of eight, six bits each in twelve bytes. */
static void
scale_of (const guint8 *scales, guint i, guint *scale, guint *minimum)
{
  if (i < 4)
    {
      *scale = scales[i] & 63;
      *minimum = scales[i + 4] & 63;
    }
  else
    {
      *scale = (scales[i + 4] & 15) | (scales[i - 4] >> 6) << 4;
      *minimum = scales[i + 4] >> 4 | (scales[i] >> 6) << 4;
    }
}

/* d, m, scales, [32 bytes of fifth bits,] 128 bytes: eight runs of 32, two of them in one run of bytes. */
static void
read_q45_k (const guint8 *block, gboolean has_fifth, float *out)
{
  const float d = half_at (block), m = half_at (block + 2);
  const guint8 *scales = block + 4, *high = block + 16;
  const guint8 *low = has_fifth ? high + 32 : high;

  for (guint run = 0; run < 8; run++)
    {
      guint scale, minimum;

      scale_of (scales, run, &scale, &minimum);
      for (guint i = 0; i < 32; i++)
        {
          guint q = run % 2 == 0 ? low[32 * (run / 2) + i] & 15 : low[32 * (run / 2) + i] >> 4;

          if (has_fifth)
            q |= (high[i] >> run & 1u) << 4;
          out[32 * run + i] = d * (float) scale * (float) q - m * (float) minimum;
        }
    }
}

/* 128 bytes of low bits, 64 of high ones, 16 signed scales, d: two halves of four runs of 32. */
static void
read_q6_k (const guint8 *block, float *out)
{
  const float d = half_at (block + 208);

  for (guint i = 0; i < SUPER; i++)
    {
      const guint half = i / 128, run = i % 128 / 32, k = i % 32;
      const guint8 *low = block + 64 * half, *high = block + 128 + 32 * half;
      const gint8 scale = (gint8) block[192 + i / 16];
      guint q = run < 2 ? low[32 * run + k] & 15 : low[32 * (run - 2) + k] >> 4;

      q |= (high[k] >> (2 * run) & 3u) << 4;
      out[i] = d * scale * ((int) q - 32);
    }
}

void
gs_blocks_to_floats (GsDtype dtype, const guint8 *blocks, gsize n_blocks, float *out)
{
  const gsize n_bytes = gs_dtype_bytes (dtype), n = gs_dtype_block (dtype);

  for (gsize i = 0; i < n_blocks; i++, blocks += n_bytes, out += n)
    switch (dtype)
      {
      case GS_DTYPE_Q4_0: read_small (blocks, FALSE, FALSE, out); break;
      case GS_DTYPE_Q4_1: read_small (blocks, FALSE, TRUE, out); break;
      case GS_DTYPE_Q5_0: read_small (blocks, TRUE, FALSE, out); break;
      case GS_DTYPE_Q5_1: read_small (blocks, TRUE, TRUE, out); break;
      case GS_DTYPE_Q8_0: read_q8_0 (blocks, out); break;
      case GS_DTYPE_Q4_K: read_q45_k (blocks, FALSE, out); break;
      case GS_DTYPE_Q5_K: read_q45_k (blocks, TRUE, out); break;
      case GS_DTYPE_Q6_K: read_q6_k (blocks, out); break;
      default: g_assert_not_reached ();
      }
}

void
gs_block_format (GsDtype dtype, guint *bits, gboolean *has_minima, gboolean *has_two_scales)
{
  *has_two_scales = dtype == GS_DTYPE_Q6_K;
  *has_minima = dtype == GS_DTYPE_Q4_1 || dtype == GS_DTYPE_Q5_1 || dtype == GS_DTYPE_Q4_K
                || dtype == GS_DTYPE_Q5_K;
  *bits = dtype == GS_DTYPE_Q8_0 ? 8
          : dtype == GS_DTYPE_Q6_K ? 6
          : dtype == GS_DTYPE_Q5_0 || dtype == GS_DTYPE_Q5_1 || dtype == GS_DTYPE_Q5_K ? 5 : 4;
}

static void
part_of_small (const guint8 *block, gboolean has_fifth, gboolean has_minimum, GsBlockPart *part)
{
  const guint8 *high = block + (has_minimum ? 4 : 2);
  const guint8 *low = has_fifth ? high + 4 : high;

  part->scales[0] = part->scales[1] = half_at (block);
  part->minimum = has_minimum ? half_at (block + 2) : 0;
  for (guint i = 0; i < BLOCK; i++)
    {
      part->q[i] = i < BLOCK / 2 ? low[i] & 15 : low[i - BLOCK / 2] >> 4;
      if (has_fifth)
        part->q[i] |= (high[i / 8] >> (i % 8) & 1u) << 4;
    }
}

static void
part_of_q8_0 (const guint8 *block, GsBlockPart *part)
{
  part->scales[0] = part->scales[1] = half_at (block);
  part->minimum = 0;
  for (guint i = 0; i < BLOCK; i++)
    part->q[i] = block[2 + i] ^ 0x80; /* + 128 */
}

static void
part_of_q45_k (const guint8 *block, guint run, gboolean has_fifth, GsBlockPart *part)
{
  const guint8 *high = block + 16;
  const guint8 *low = (has_fifth ? high + 32 : high) + 32 * (run / 2);
  guint scale, minimum;

  scale_of (block + 4, run, &scale, &minimum);
  part->scales[0] = part->scales[1] = half_at (block) * (float) scale;
  part->minimum = -half_at (block + 2) * (float) minimum;
  for (guint i = 0; i < BLOCK; i++)
    {
      part->q[i] = run % 2 == 0 ? low[i] & 15 : low[i] >> 4;
      if (has_fifth)
        part->q[i] |= (high[i] >> run & 1u) << 4;
    }
}

static void
part_of_q6_k (const guint8 *block, guint run, GsBlockPart *part)
{
  const guint half = run / 4, in_half = run % 4;
  const guint8 *low = block + 64 * half + 32 * (in_half % 2);
  const guint8 *high = block + 128 + 32 * half;

  for (guint i = 0; i < 2; i++)
    part->scales[i] = half_at (block + 208) * (float) (gint8) block[192 + 2 * run + i];
  part->minimum = 0;
  for (guint i = 0; i < BLOCK; i++)
    part->q[i] = (in_half < 2 ? low[i] & 15 : low[i] >> 4) | (high[i] >> (2 * in_half) & 3u) << 4;
}

void
gs_block_get_part (GsDtype dtype, const guint8 *row, guint64 i, GsBlockPart *part)
{
  const guint per_block = gs_dtype_block (dtype) / GS_BLOCK_PART;
  const guint8 *block = row + i / per_block * gs_dtype_bytes (dtype);
  const guint run = (guint) (i % per_block);

  switch (dtype)
    {
    case GS_DTYPE_Q4_0: part_of_small (block, FALSE, FALSE, part); break;
    case GS_DTYPE_Q4_1: part_of_small (block, FALSE, TRUE, part); break;
    case GS_DTYPE_Q5_0: part_of_small (block, TRUE, FALSE, part); break;
    case GS_DTYPE_Q5_1: part_of_small (block, TRUE, TRUE, part); break;
    case GS_DTYPE_Q8_0: part_of_q8_0 (block, part); break;
    case GS_DTYPE_Q4_K: part_of_q45_k (block, run, FALSE, part); break;
    case GS_DTYPE_Q5_K: part_of_q45_k (block, run, TRUE, part); break;
    case GS_DTYPE_Q6_K: part_of_q6_k (block, run, part); break;
    default: g_assert_not_reached ();
    }
}

gboolean
gs_blocks_can_write (GsDtype dtype)
{
  return dtype == GS_DTYPE_Q8_0 || dtype == GS_DTYPE_Q5_0 || dtype == GS_DTYPE_Q5_1
         || dtype == GS_DTYPE_Q4_0 || dtype == GS_DTYPE_Q4_1;
}

/* The scale is that of the number farthest from 0, on the side that has one step more. */
static void
find_scale (const float *numbers, guint steps, float *d)
{
  float farthest = 0;

  for (guint i = 0; i < BLOCK; i++)
    if (fabsf (numbers[i]) > fabsf (farthest))
      farthest = numbers[i];
  *d = farthest / -(float) (steps / 2);
}

static void
find_range (const float *numbers, guint steps, float *d, float *m)
{
  float least = numbers[0], most = numbers[0];

  for (guint i = 1; i < BLOCK; i++)
    {
      least = MIN (least, numbers[i]);
      most = MAX (most, numbers[i]);
    }
  *d = (most - least) / (float) (steps - 1);
  *m = least;
}

static void
write_small (const float *numbers, gboolean has_fifth, gboolean has_minimum, guint8 *block)
{
  const guint steps = has_fifth ? 32 : 16;
  guint8 *high = block + (has_minimum ? 4 : 2);
  guint8 *low = has_fifth ? high + 4 : high;
  guint32 fifth = 0;
  float d, m = 0, inverse, middle;

  if (has_minimum)
    find_range (numbers, steps, &d, &m);
  else
    find_scale (numbers, steps, &d);
  inverse = d != 0 ? 1 / d : 0;
  middle = has_minimum ? 0.5f : steps / 2 + 0.5f;
  put_half (block, d);
  if (has_minimum)
    put_half (block + 2, m);
  for (guint i = 0; i < BLOCK; i++)
    {
      const float scaled = (numbers[i] - m) * inverse + middle;
      const guint q = (guint) CLAMP (scaled, 0.0f, (float) (steps - 1));

      if (i < BLOCK / 2)
        low[i] = q & 15;
      else
        low[i - BLOCK / 2] |= (q & 15) << 4;
      fifth |= q >> 4 << i;
    }
  for (guint i = 0; has_fifth && i < 4; i++)
    high[i] = fifth >> (8 * i) & 0xff;
}

static void
write_q8_0 (const float *numbers, guint8 *block)
{
  float largest = 0, d, inverse;

  for (guint i = 0; i < BLOCK; i++)
    largest = MAX (largest, fabsf (numbers[i]));
  d = largest / 127;
  inverse = d != 0 ? 1 / d : 0;
  put_half (block, d);
  for (guint i = 0; i < BLOCK; i++)
    block[2 + i] = (guint8) (gint8) roundf (numbers[i] * inverse);
}

void
gs_blocks_from_floats (GsDtype dtype, const float *numbers, gsize n_blocks, guint8 *out)
{
  const gsize n_bytes = gs_dtype_bytes (dtype);

  for (gsize i = 0; i < n_blocks; i++, numbers += BLOCK, out += n_bytes)
    switch (dtype)
      {
      case GS_DTYPE_Q4_0: write_small (numbers, FALSE, FALSE, out); break;
      case GS_DTYPE_Q4_1: write_small (numbers, FALSE, TRUE, out); break;
      case GS_DTYPE_Q5_0: write_small (numbers, TRUE, FALSE, out); break;
      case GS_DTYPE_Q5_1: write_small (numbers, TRUE, TRUE, out); break;
      case GS_DTYPE_Q8_0: write_q8_0 (numbers, out); break;
      default: g_assert_not_reached ();
      }
}
