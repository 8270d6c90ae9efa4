/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y[pixel][c] = x[pixel][c + first], or 0 where x has no such channel, plus what is added. */
#extension GL_GOOGLE_include_directive : require
#include "channels.h"
#include "include/words.glsl"

layout(local_size_x = 64) in;
layout(constant_id = 0) const bool FOURS = false; /* all three numbers are multiples of 4 */
layout(push_constant) uniform Push { GsChannelsPush p; };

void main ()
{
  uint first = (line_group () * 64 + gl_LocalInvocationID.x) * 4;

  if (FOURS)
    {
      uint c = first % p.channels + p.first; /* wraps round to a large number below channel 0 */
      vec4 value = vec4 (0.0);

      if (first >= p.elements)
        return;
      if (c < p.x_channels)
        value = load_four (p.x + uint64_t (first / p.channels * p.x_channels + c)
                                   * (ELEMENT4_BYTES / 4));
      if (p.add != 0)
        value += load_four (p.add + uint64_t (first) * (ELEMENT4_BYTES / 4));
      store_four (p.y + uint64_t (first) * (ELEMENT4_BYTES / 4), value);
      return;
    }
  for (uint i = first; i < min (first + 4, p.elements); i++)
    {
      uint c = i % p.channels + p.first;
      float value = p.add != 0 ? load (p.add, i) : 0.0;

      if (c < p.x_channels)
        value += load (p.x, i / p.channels * p.x_channels + c);
      store (p.y, i, value);
    }
}
