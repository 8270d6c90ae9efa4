/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y = a gelu (b), x = [a | b] along the channels (Shazeer, "GLU variants improve transformer"). */
#extension GL_GOOGLE_include_directive : require
#include "geglu.h"
#include "include/words.glsl"
#include "include/activation.glsl"

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint FOURS = 0; /* channels is a multiple of 4 */
layout(push_constant) uniform Push { GsGegluPush p; };

void main ()
{
  uint first = (line_group () * 64 + gl_LocalInvocationID.x) * 4;

  if (FOURS != 0)
    {
      uint64_t a = p.x + uint64_t (first + first / p.channels * p.channels) * (ELEMENT4_BYTES / 4);
      vec4 gate;

      if (first >= p.elements)
        return;
      gate = load_four (a + p.channels * (ELEMENT4_BYTES / 4));
      store_four (p.y + uint64_t (first) * (ELEMENT4_BYTES / 4),
                  load_four (a) * vec4 (gelu (gate.x), gelu (gate.y), gelu (gate.z), gelu (gate.w)));
    }
  else
    for (uint i = first; i < min (first + 4, p.elements); i++)
      {
        uint a = i + i / p.channels * p.channels;

        store (p.y, i, load (p.x, a) * gelu (load (p.x, a + p.channels)));
      }
}
