/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* dw[o][c][ky][kx] = the sum of dy[n][i][j][o] x[n][i stride + ky - pad][j stride + kx - pad][c].
 * A row of dy is summed by itself first, to keep rounding small. */
#extension GL_GOOGLE_include_directive : require
#include "weight-gradient.h"
#include "include/memory.glsl"

#define RUN 64

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsWeightGradientPush p; };

/* Columns begin ... end - 1 of a row of dy, whose row of x begins at pixel x_row. */
float sum_run (uint y_row, uint x_row, uint begin, uint end, uint o, uint c, uint kx)
{
  float sum = 0.0;

  for (uint j = begin; j < end; j++)
    {
      uint column = j * p.stride + kx - p.pad; /* wraps round to a large one left of x */

      if (column < p.width)
        sum += load (p.dy, (y_row + j) * p.y_channels + o)
               * load (p.x, (x_row + column) * p.x_channels + c);
    }
  return sum;
}

void main ()
{
  uint index = line_group () * 64 + gl_LocalInvocationID.x;
  uint kx = index % p.kernel;
  uint ky = index / p.kernel % p.kernel;
  uint c = index / (p.kernel * p.kernel) % p.channels;
  uint o = index / (p.kernel * p.kernel * p.channels);
  float sum = 0.0;

  if (index >= p.elements)
    return;
  for (uint n = 0; n < p.samples; n++)
    for (uint i = 0; i < p.y_height; i++)
      {
        uint row = i * p.stride + ky - p.pad;

        if (row < p.height)
          for (uint begin = 0; begin < p.y_width; begin += RUN)
            sum += sum_run ((n * p.y_height + i) * p.y_width, (n * p.height + row) * p.width,
                            begin, min (begin + RUN, p.y_width), o, c, kx);
      }
  store (p.dw, index, sum);
}
