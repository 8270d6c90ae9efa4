/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the matmul kernels share: constants, weights, the order of tiles, the epilogue. */
#include "unary.h"
#include "include/words.glsl"
#include "include/activation.glsl"

layout(constant_id = GS_MATMUL_ACTIVATION) const uint activation = 0;
layout(constant_id = GS_MATMUL_WEIGHT_F16) const bool weight_f16 = false;
layout(constant_id = GS_MATMUL_BY_4) const bool by_4 = true;
layout(push_constant) uniform Push { GsMatmulPush p; };

/* 4 weights of one column at a byte address. */
vec4 load_weights (uint64_t address)
{
  return weight_f16 ? load_halfs (address) : load_floats (address);
}

/* Number of this workgroup's block of rows and of columns; FALSE beyond the last. */
bool find_block (out uint row_block, out uint column_block)
{
  uint i = line_group ();
  uint inner = p.rows_first != 0 ? p.row_blocks : p.column_blocks;
  uint outer = i / inner;

  i -= outer * inner;
  row_block = p.rows_first != 0 ? i : outer;
  column_block = p.rows_first != 0 ? outer : i;
  return row_block < p.row_blocks && column_block < p.column_blocks;
}

/* The biases of columns n ... n + 3. */
vec4 load_bias (uint n)
{
  vec4 bias = vec4 (0.0);

  if (p.bias != 0)
    [[unroll]] for (uint c = 0; c < 4; c++)
      bias[c] = n + c < p.columns ? Floats (p.bias).at[n + c] : 0.0;
  return bias;
}

/* Number of the pixel of x that is seen at (x, y) of an image. */
uint pixel_at (uint image, uint x, uint y)
{
  uint width = (p.width + p.upsample) >> p.upsample, height = (p.height + p.upsample) >> p.upsample;

  return (image * height + (y >> p.upsample)) * width + (x >> p.upsample);
}

/* Fours of channels that lie in x (source 0) or in x2 (source 1). */
uint source_fours (uint source)
{
  return (source == 0 ? p.x_channels : p.channels - p.x_channels) / 4;
}

uint source_count ()
{
  return p.x2 != 0 ? 2 : 1;
}

/* Where a four of a pixel's channels lies. */
uint64_t four_at (uint pixel, uint four)
{
  uint source = four * 4 < p.x_channels ? 0 : 1;
  uint own = four - source * (p.x_channels / 4);

  return (source == 0 ? p.x : p.x2)
         + (uint64_t (pixel) * source_fours (source) + own) * ELEMENT4_BYTES;
}

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
