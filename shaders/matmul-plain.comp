/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* Matrix product without assumptions about the device: each invocation sums four rows of one column. */
#extension GL_GOOGLE_include_directive : require
#include "matmul.h"
#include "include/memory.glsl"

layout(local_size_x = 16, local_size_y = 4) in;
layout(constant_id = 0) const uint WEIGHT_F16 = 0;
layout(push_constant) uniform Push { GsMatmulPush p; };

layout(buffer_reference, std430, buffer_reference_align = 8) buffer Uint2s { uvec2 at[]; };
layout(buffer_reference, std430, buffer_reference_align = 16) buffer Float4s { vec4 at[]; };

vec4 weights_at (uint quad)
{
  if (WEIGHT_F16 == 0)
    return Float4s (p.w).at[quad];
  uvec2 pair = Uint2s (p.w).at[quad];
  return vec4 (unpackHalf2x16 (pair.x), unpackHalf2x16 (pair.y));
}

/* First quad of the input pixel under tap (i, j) of output row m, or -1 outside. */
int pixel_quad (uint m, uint i, uint j)
{
  uint n = m / (p.y_height * p.y_width);
  int row = int (m / p.y_width % p.y_height * p.stride + i) - int (p.pad);
  int column = int (m % p.y_width * p.stride + j) - int (p.pad);

  if (row < 0 || column < 0 || row >= int (p.height) || column >= int (p.width))
    return -1;
  return int (((n * p.height + row) * p.width + column) * (p.channels / 4));
}

void main ()
{
  uint column = gl_WorkGroupID.x * GS_MATMUL_PANEL + gl_LocalInvocationID.x;
  uint first = (gl_WorkGroupID.y * 4 + gl_LocalInvocationID.y) * 4;
  uint quads = p.channels / 4;
  float sums[4] = float[4] (0.0, 0.0, 0.0, 0.0);

  for (uint i = 0; i < p.kernel; i++)
    for (uint j = 0; j < p.kernel; j++)
      {
        uint w = ((gl_WorkGroupID.x * p.kernel * p.kernel + i * p.kernel + j) * quads)
                 * GS_MATMUL_PANEL + gl_LocalInvocationID.x;

        for (uint r = 0; r < 4; r++)
          {
            int x = first + r < p.rows ? pixel_quad (first + r, i, j) : -1;

            if (x >= 0)
              for (uint q = 0; q < quads; q++)
                sums[r] += dot (load4 (p.x, x + q), weights_at (w + q * GS_MATMUL_PANEL));
          }
      }
  if (column >= p.columns)
    return;
  for (uint r = 0; r < 4; r++)
    if (first + r < p.rows)
      {
        uint y = (first + r) * p.columns + column;
        float sum = sums[r];

        if (p.bias != 0)
          sum += Floats (p.bias).at[column];
        if (p.add != 0)
          sum += load (p.add, y);
        store (p.y, y, sum);
      }
}
