/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y[m][j][i] = x[m][i][j] */
#extension GL_GOOGLE_include_directive : require
#include "transpose.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsTransposePush p; };

void main ()
{
  uint index = line_group () * 64 + gl_LocalInvocationID.x;
  uint i = index % p.rows;
  uint j = index / p.rows % p.columns;
  uint matrix = index / (p.rows * p.columns);

  if (index < p.elements)
    store (p.y, index, load (p.x, (matrix * p.rows + i) * p.columns + j));
}
