/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The epilogue of matrix products: adds, activates and stores. Of the push constants p it needs y,
 * columns, add and add_period.
 *
 * Where pairs of columns make one of y, kernels work on columns in the order "8 of the first half,
 * the 8 that belong to them, 8 of the first half ...", so that a tile has both of a pair.
 */
#include "unary.h"
#include "include/activation.glsl"

layout(constant_id = GS_MATMUL_ACTIVATION) const uint activation = 0;
layout(constant_id = GS_MATMUL_BY_4) const bool by_4 = true;

float activate (float v)
{
  switch (activation)
    {
    case GS_UNARY_SILU + 1:
      return silu (v);
    case GS_UNARY_GELU + 1:
      return gelu (v);
    case GS_UNARY_QUICK_GELU + 1:
      return quick_gelu (v);
    case GS_UNARY_RELU + 1:
      return max (v, 0.0);
    default:
      return v;
    }
}

bool is_gated () { return activation == GS_MATMUL_GEGLU; }

/* The column of w that is column n of the kernels' order; they run on together by eights. */
uint source_column (uint n)
{
  return is_gated () ? n / 16 * 8 + n % 8 + (n / 8 % 2) * (p.columns / 2) : n;
}

/* Stores columns n ... n + 3 of row m of y from pairs; n is a multiple of 4. */
void finish_pairs (uint m, uint n, vec4 a, vec4 b)
{
  [[unroll]] for (uint i = 0; i < 4; i++)
    a[i] *= gelu (b[i]);
  store_four (p.y + uint64_t ((m * (p.columns / 2) + n) / 4) * ELEMENT4_BYTES, a);
}

/* The same of two, n is even: (a, a, b, b). */
void finish_two_pairs (uint m, uint n, vec4 v)
{
  uint i = m * (p.columns / 2) + n;

  v.xy *= vec2 (gelu (v.z), gelu (v.w));
#ifdef STORAGE_F16
  Uints (p.y).at[i / 2] = packHalf2x16 (v.xy);
#else
  Float2s (p.y).at[i / 2] = v.xy;
#endif
}

/* And of one. */
void finish_pair (uint m, uint n, float a, float b)
{
  store (p.y, m * (p.columns / 2) + n, a * gelu (b));
}

void finish_one (uint m, uint n, float v)
{
  if (p.add != 0)
    v += load (p.add, m / p.add_period * p.columns + n);
  store (p.y, m * p.columns + n, activate (v));
}

/* Adds, activates and stores row m, columns n ... n + 3 (n a multiple of 4) of the product; returns what
 * it stored, where columns are whole fours. */
vec4 finish (uint m, uint n, vec4 v)
{
  if (!by_4)
    {
      [[unroll]] for (uint i = 0; i < 4; i++)
        if (n + i < p.columns)
          finish_one (m, n + i, v[i]);
      return v;
    }
  if (n >= p.columns)
    return v;
  if (p.add != 0)
    v += load_four (p.add + uint64_t ((m / p.add_period * p.columns + n) / 4) * ELEMENT4_BYTES);
  [[unroll]] for (uint i = 0; i < 4; i++)
    v[i] = activate (v[i]);
  store_four (p.y + uint64_t ((m * p.columns + n) / 4) * ELEMENT4_BYTES, v);
  return v;
}
