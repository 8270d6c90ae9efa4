/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IEEE 754 binary16 and bfloat16 conversions in integer arithmetic, the same on every compiler. */
#include "base/half.h"

#include <string.h>

static float
float_from_bits (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

static guint32
bits_from_float (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return bits;
}

float
gs_half_to_float (guint16 half)
{
  guint32 sign = (guint32) (half & 0x8000) << 16;
  guint32 exponent = (half >> 10) & 0x1f;
  guint32 mantissa = half & 0x3ff;

  if (exponent == 31)
    return float_from_bits (sign | 0x7f800000 | mantissa << 13);
  if (exponent == 0)
    {
      /* Subnormal: mantissa * 2^-24, exact in a float. */
      float magnitude = (float) mantissa * 0x1p-24f;
      return sign ? -magnitude : magnitude;
    }
  return float_from_bits (sign | (exponent + 112) << 23 | mantissa << 13);
}

guint16
gs_half_from_float (float value)
{
  guint32 bits = bits_from_float (value);
  guint16 sign = (bits >> 16) & 0x8000;
  guint32 magnitude = bits & 0x7fffffff;

  if (magnitude > 0x7f800000)
    return sign | 0x7e00 | ((magnitude >> 13) & 0x3ff);
  if (magnitude >= 0x477ff000) /* 65520 and above round to infinity */
    return sign | 0x7c00;
  if (magnitude < 0x38800000) /* below 2^-14: subnormal or zero */
    {
      guint32 exponent = magnitude >> 23;
      guint32 mantissa = (magnitude & 0x7fffff) | 0x800000;
      guint32 shift = 126 - exponent;
      guint32 rounded, rest, half;

      if (shift > 25)
        return sign;
      rounded = mantissa >> shift;
      rest = mantissa & ((1u << shift) - 1);
      half = 1u << (shift - 1);
      if (rest > half || (rest == half && (rounded & 1)))
        rounded++;
      return sign | rounded;
    }
  magnitude += 0xfff + ((magnitude >> 13) & 1);
  return sign | ((magnitude - 0x38000000) >> 13);
}

float
gs_bf16_to_float (guint16 bf16)
{
  return float_from_bits ((guint32) bf16 << 16);
}

guint16
gs_bf16_from_float (float value)
{
  guint32 bits = bits_from_float (value);

  if ((bits & 0x7fffffff) > 0x7f800000)
    return bits >> 16 | 0x40;
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}
