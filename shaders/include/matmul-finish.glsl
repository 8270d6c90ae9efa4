/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The epilogue of matrix products: adds, activates and stores. Of the push constants p it needs y,
 * columns, add and add_period. */
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

void finish_one (uint m, uint n, float v)
{
  if (p.add != 0)
    v += load (p.add, m / p.add_period * p.columns + n);
  store (p.y, m * p.columns + n, activate (v));
}

/* Adds, activates and stores row m, columns n ... n + 3 (n a multiple of 4) of the product. */
void finish (uint m, uint n, vec4 v)
{
  if (!by_4)
    {
      [[unroll]] for (uint i = 0; i < 4; i++)
        if (n + i < p.columns)
          finish_one (m, n + i, v[i]);
      return;
    }
  if (n >= p.columns)
    return;
  if (p.add != 0)
    v += load_four (p.add + uint64_t ((m / p.add_period * p.columns + n) / 4) * ELEMENT4_BYTES);
  [[unroll]] for (uint i = 0; i < 4; i++)
    v[i] = activate (v[i]);
  store_four (p.y + uint64_t ((m * p.columns + n) / 4) * ELEMENT4_BYTES, v);
}
