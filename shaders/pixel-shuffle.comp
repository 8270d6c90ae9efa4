/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* Channels to pixels, y[r h + i][r w + j][c] = x[h][w][c r r + r i + j], or back. */
#extension GL_GOOGLE_include_directive : require
#include "pixel-shuffle.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint BACK = 0;
layout(push_constant) uniform Push { GsPixelShufflePush p; };

/* Where y[row][column][c] comes from; row: of all samples, whose heights are multiples of r. */
uint source (uint row, uint column, uint c)
{
  uint square = p.r * p.r;

  if (BACK == 0)
    return (row / p.r * (p.width / p.r) + column / p.r) * (p.channels * square) + c * square
           + row % p.r * p.r + column % p.r;
  return ((row * p.r + c % square / p.r) * (p.width * p.r) + column * p.r + c % p.r)
         * (p.channels / square) + c / square;
}

void main ()
{
  uint first = (line_group () * 64 + gl_LocalInvocationID.x) * 4;

  for (uint i = first; i < min (first + 4, p.elements); i++)
    {
      uint pixel = i / p.channels;

      store (p.y, i, load (p.x, source (pixel / p.width, pixel % p.width, i % p.channels)));
    }
}
