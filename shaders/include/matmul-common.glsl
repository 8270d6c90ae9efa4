/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the matmul kernels share: constants, weights, the order of tiles, the epilogue. */
#include "include/words.glsl"

layout(constant_id = GS_MATMUL_FORMAT) const uint weight_format = GS_MATMUL_WEIGHT_F32;
const bool weight_f16 = weight_format == GS_MATMUL_WEIGHT_F16;
layout(push_constant) uniform Push { GsMatmulPush p; };

layout(constant_id = GS_MATMUL_SHORTCUT) const bool HAS_SHORTCUT = false;

layout(buffer_reference, std430, buffer_reference_align = 8) restrict readonly buffer ShortcutAt
{
  GsMatmulShortcut shortcut;
};
#define SHORTCUT_OF_CALL (ShortcutAt (p.shortcut).shortcut)

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

float load_bias_of (gs_address biases, uint n)
{
  return biases != 0 && n < p.columns ? Floats (biases).at[n] : 0.0;
}

/* The bias of a column, of the shortcut too. */
float load_bias_one (uint n)
{
  float bias = load_bias_of (p.bias, n);

  if (HAS_SHORTCUT)
    bias += load_bias_of (SHORTCUT_OF_CALL.bias, n);
  return bias;
}

/* The biases of columns n ... n + 3. */
vec4 load_bias (uint n)
{
  vec4 bias;

  [[unroll]] for (uint c = 0; c < 4; c++)
    bias[c] = load_bias_one (n + c);
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

uint shortcut_fours (uint source)
{
  GsMatmulShortcut s = SHORTCUT_OF_CALL;

  return (source == 0 ? s.x_channels : s.channels - s.x_channels) / 4;
}

/* Where a four of a pixel's channels lies. */
uint64_t four_at (uint pixel, uint four)
{
  uint source = four * 4 < p.x_channels ? 0 : 1;
  uint own = four - source * (p.x_channels / 4);

  return (source == 0 ? p.x : p.x2)
         + (uint64_t (pixel) * source_fours (source) + own) * ELEMENT4_BYTES;
}

uint64_t shortcut_four_at (uint pixel, uint four)
{
  GsMatmulShortcut s = SHORTCUT_OF_CALL;
  uint source = four * 4 < s.x_channels ? 0 : 1;
  uint own = four - source * (s.x_channels / 4);

  return (source == 0 ? s.x : s.x2)
         + (uint64_t (pixel) * shortcut_fours (source) + own) * ELEMENT4_BYTES;
}

#include "include/matmul-finish.glsl"

/* Of columns n ... n + 3 that are one invocation's in matmul-tile: where pairs make one of y, two pairs. */
vec4 own_bias (uint n)
{
  return is_gated () ? vec4 (load_bias (n / 2).xy, load_bias (p.columns / 2 + n / 2).xy)
                     : load_bias (n);
}

/* Returns what finish() does. */
vec4 finish_own (uint m, uint n, vec4 v)
{
  if (m >= p.rows || n >= p.columns)
    return v;
  if (!is_gated ())
    return finish (m, n, v);
  finish_two_pairs (m, n / 2, v);
  return v;
}
