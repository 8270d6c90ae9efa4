/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Weights in blocks of 32 numbers that share a scale, made numbers where they are read
 * (ops/matmul-blocks.c lays them out so). A group is 32 channels under all T taps. In the file taps run
 * inside channels, so that T blocks make a group and tap t of channel k is number T k + t of it. Of a
 * panel's 16 columns a group holds, each as 16 words or floats in a row:
 *
 *   scales of its T blocks, twice as many where 16 numbers share one; minima, if any;
 *   for each tap, low bits: words of 8 k, four bits each, or (8 bits) of 4 k;
 *     and high bits: 5 bits: a word of 32 k; 6 bits: words of 16 k, two bits each.
 *
 * A number is scale (q - middle), or scale q + minimum.
 */
const bool quantised = weight_format >= GS_MATMUL_WEIGHT_4;
const bool quant_minima = weight_format == GS_MATMUL_WEIGHT_4_MIN || weight_format == GS_MATMUL_WEIGHT_5_MIN;
const uint quant_bits = weight_format == GS_MATMUL_WEIGHT_8 ? 8
                        : weight_format == GS_MATMUL_WEIGHT_6 ? 6
                        : weight_format >= GS_MATMUL_WEIGHT_5 ? 5 : 4;
const uint quant_scales = quant_bits == 6 ? 2 : 1; /* of a block */
const uint quant_word = quant_bits == 8 ? 4 : 8; /* k of a word of low bits */
const uint QUANT_ROW = 4 * GS_MATMUL_PANEL; /* bytes of 16 words */
const uint QUANT_SCALES = (quant_scales + (quant_minima ? 1 : 0)) * QUANT_ROW; /* of a block */
const uint QUANT_LOW = 32 / quant_word * QUANT_ROW; /* of a tap, as what follows */
const uint QUANT_BITS = QUANT_LOW + (quant_bits == 5 ? 1 : quant_bits == 6 ? 2 : 0) * QUANT_ROW;

/* Bytes of a group, and where in it stand, for k under a tap: the scale, the minimum, the words of low
 * and of high bits. */
uint quant_group_bytes (uint taps) { return taps * (QUANT_SCALES + QUANT_BITS); }
uint quant_scale_at (uint k, uint tap, uint taps)
{
  return (k * taps + tap) / (32 / quant_scales) * QUANT_ROW;
}
uint quant_minimum_at (uint k, uint tap, uint taps)
{
  return (taps * quant_scales + (k * taps + tap) / 32) * QUANT_ROW;
}
uint quant_low_at (uint k, uint tap, uint taps)
{
  return taps * QUANT_SCALES + tap * QUANT_BITS + k / quant_word * QUANT_ROW;
}
uint quant_high_at (uint k, uint tap, uint taps)
{
  return taps * QUANT_SCALES + tap * QUANT_BITS + QUANT_LOW
         + (quant_bits == 6 ? k / 16 * QUANT_ROW : 0);
}

/* The number of k among its words' bits. */
uint quant_number (uint k, uint low, uint high)
{
  if (quant_bits == 8)
    return low >> (k % 4 * 8) & 255;
  low = low >> (k % 8 * 4) & 15;
  if (quant_bits == 5)
    low |= (high >> k & 1) << 4;
  if (quant_bits == 6)
    low |= (high >> (k % 16 * 2) & 3) << 4;
  return low;
}

float quant_value (uint number, float scale, float minimum)
{
  return quant_minima ? scale * float (number) + minimum
                      : scale * float (int (number) - (1 << (quant_bits - 1)));
}
