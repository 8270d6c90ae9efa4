/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y = (x - mean) / sqrt (var + epsilon) * weight + bias over the channels; an invocation per token, for
 * CPU drivers, where barriers cost more than scattered loads. channels is a multiple of 4. */
#extension GL_GOOGLE_include_directive : require
#include "layer-norm.h"
#include "include/words.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsLayerNormPush p; };

float across (vec4 v) { return v.x + v.y + v.z + v.w; }

void main ()
{
  uint token = line_group () * 64 + gl_LocalInvocationID.x;
  uint fours = p.channels / 4;
  uint64_t offset = uint64_t (token) * p.channels * (ELEMENT4_BYTES / 4);
  vec4 sum = vec4 (0.0), squares = vec4 (0.0);
  float mean, rstd;

  if (token >= p.tokens)
    return;
  for (uint i = 0; i < fours; i++)
    sum += load_four (p.x + offset + i * ELEMENT4_BYTES);
  mean = across (sum) / float (p.channels);
  for (uint i = 0; i < fours; i++)
    {
      vec4 d = load_four (p.x + offset + i * ELEMENT4_BYTES) - mean;
      squares += d * d;
    }
  rstd = inversesqrt (across (squares) / float (p.channels) + p.epsilon);
  for (uint i = 0; i < fours; i++)
    store_four (p.y + offset + i * ELEMENT4_BYTES,
                (load_four (p.x + offset + i * ELEMENT4_BYTES) - mean) * rstd
                    * load_floats (p.weight + i * 16)
                  + load_floats (p.bias + i * 16));
}
