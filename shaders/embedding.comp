/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y[t] = table[ids[t]], or table[t] without ids. The table is float or pairs of halfs. */
#extension GL_GOOGLE_include_directive : require
#include "embedding.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint TABLE_IS_F16 = 0;
layout(push_constant) uniform Push { GsEmbeddingPush p; };

float table_at (uint i)
{
  if (TABLE_IS_F16 == 0)
    return Floats (p.table).at[i];
  return unpackHalf2x16 (Uints (p.table).at[i / 2])[i % 2];
}

void main ()
{
  uint first = (line_group () * 64 + gl_LocalInvocationID.x) * 4;

  for (uint i = first; i < min (first + 4, p.elements); i++)
    {
      uint position = i / p.channels;
      uint row = p.ids != 0 ? Uints (p.ids).at[position] : position % p.rows;

      store (p.y, i, table_at (min (row, p.rows - 1) * p.channels + i % p.channels));
    }
}
