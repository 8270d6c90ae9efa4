/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the matmul kernels share: constants, weights, the order of tiles, the epilogue. */
#include "include/words.glsl"

layout(constant_id = GS_MATMUL_FORMAT) const uint weight_format = GS_MATMUL_WEIGHT_F32;
const bool weight_f16 = weight_format == GS_MATMUL_WEIGHT_F16;
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
  uint outer = i / (p.inner_rows * p.column_blocks);

  i -= outer * p.inner_rows * p.column_blocks;
  column_block = i / p.inner_rows;
  row_block = outer * p.inner_rows + i - column_block * p.inner_rows;
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

#include "include/matmul-finish.glsl"
