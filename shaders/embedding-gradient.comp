/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* dx[row] = the sum of dy over the positions that took this row of the table. */
#extension GL_GOOGLE_include_directive : require
#include "embedding-gradient.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint IN_ORDER = 0; /* position i took row i % rows, without ids */
layout(push_constant) uniform Push { GsEmbeddingGradientPush p; };

void main ()
{
  uint i = line_group () * 64 + gl_LocalInvocationID.x;
  uint row = i / p.channels;
  float sum = 0.0;

  if (row >= p.rows)
    return;
  for (uint at = 0; at < p.positions; at++)
    if ((IN_ORDER != 0 ? at % p.rows : Uints (p.ids).at[at]) == row)
      sum += load (p.dy, at * p.channels + i % p.channels);
  store (p.dx, i, sum);
}
