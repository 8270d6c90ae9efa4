/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* Of each query and head: the logarithm of the sum of exp (score) over its keys; and dy . y,
 * from the values anew, as y may have been rounded when it was stored. */
#extension GL_GOOGLE_include_directive : require
#include "attention-gradient.h"
#include "include/words.glsl"

#define FOURS (CHANNELS / 4)

layout(local_size_x = 64) in;
layout(constant_id = GS_ATTENTION_GRADIENT_CHANNELS) const uint CHANNELS = 4;
layout(push_constant) uniform Push { GsAttentionGradientPush p; };

vec4 load_at (uint64_t base, uint first, uint four)
{
  return load_four (base + uint64_t (first + 4 * four) * (ELEMENT4_BYTES / 4));
}

void main ()
{
  uint i = line_group () * 64 + gl_LocalInvocationID.x;
  uint head = i % p.heads;
  uint token = i / p.heads; /* of all samples' queries */
  uint n = token / p.queries;
  uint query = token % p.queries;
  uint end = p.causal != 0 ? min (query + 1, p.keys) : p.keys;
  float highest = uintBitsToFloat (0xff800000u), sum = 0.0, product = 0.0;
  vec4 q[CHANNELS / 4], dy[CHANNELS / 4];

  if (n >= p.samples)
    return;
  for (uint c = 0; c < FOURS; c++)
    {
      q[c] = load_at (p.q, token * p.q_pitch + head * CHANNELS, c);
      dy[c] = load_at (p.dy, i * CHANNELS, c);
    }
  for (uint j = 0; j < end; j++)
    {
      uint k_first = (n * p.keys + j) * p.kv_pitch + head * CHANNELS;
      float score = 0.0, dp = 0.0, before = highest, kept, weight;

      for (uint c = 0; c < FOURS; c++)
        {
          score += dot (q[c], load_at (p.k, k_first, c));
          dp += dot (dy[c], load_at (p.v, k_first, c));
        }
      score *= inversesqrt (float (CHANNELS));
      highest = max (highest, score);
      kept = exp (before - highest);
      weight = exp (score - highest);
      sum = sum * kept + weight;
      product = product * kept + weight * dp;
    }
  Floats (p.stats).at[2 * i] = highest + log (sum);
  Floats (p.stats).at[2 * i + 1] = product / sum;
}
