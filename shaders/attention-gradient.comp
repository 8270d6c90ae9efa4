/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* With probabilities P = softmax (s Q K^T), s = 1 / sqrt (D), and E = P * (dY V^T - rows of dY . Y):
 *   dQ = s E K,  dK = s E^T Q,  dV = P^T dY
 * (Dao, "FlashAttention-2", section 2.3: P is made again from the stored sums). An invocation makes a
 * row of one of them: a query's or a key's. */
#extension GL_GOOGLE_include_directive : require
#include "attention-gradient.h"
#include "include/memory.glsl"

layout(local_size_x = 64) in;
layout(constant_id = GS_ATTENTION_GRADIENT_CHANNELS) const uint CHANNELS = 4;
layout(constant_id = GS_ATTENTION_GRADIENT_OF) const uint OF = 0;
layout(push_constant) uniform Push { GsAttentionGradientPush p; };

float sum[CHANNELS];

/* Adds what query and key of sample n contribute to the row. */
void add_pair (uint n, uint query, uint key, uint head)
{
  uint token = n * p.queries + query;
  uint q_first = token * p.q_pitch + head * CHANNELS;
  uint k_first = (n * p.keys + key) * p.kv_pitch + head * CHANNELS;
  uint y_first = (token * p.heads + head) * CHANNELS;
  float scale = inversesqrt (float (CHANNELS)), score = 0.0, dp = 0.0, factor;

  for (uint c = 0; c < CHANNELS; c++)
    score += load (p.q, q_first + c) * load (p.k, k_first + c);
  factor = exp (score * scale - Floats (p.stats).at[2 * (token * p.heads + head)]);
  if (OF != GS_ATTENTION_GRADIENT_V)
    {
      for (uint c = 0; c < CHANNELS; c++)
        dp += load (p.dy, y_first + c) * load (p.v, k_first + c);
      factor *= scale * (dp - Floats (p.stats).at[2 * (token * p.heads + head) + 1]);
    }
  for (uint c = 0; c < CHANNELS; c++)
    sum[c] += factor * (OF == GS_ATTENTION_GRADIENT_Q   ? load (p.k, k_first + c)
                        : OF == GS_ATTENTION_GRADIENT_K ? load (p.q, q_first + c)
                                                        : load (p.dy, y_first + c));
}

void main ()
{
  uint i = line_group () * 64 + gl_LocalInvocationID.x;
  uint head = i % p.heads;
  uint tokens = OF == GS_ATTENTION_GRADIENT_Q ? p.queries : p.keys;
  uint token = i / p.heads % tokens;
  uint n = i / p.heads / tokens;

  if (n >= p.samples)
    return;
  for (uint c = 0; c < CHANNELS; c++)
    sum[c] = 0.0;
  if (OF == GS_ATTENTION_GRADIENT_Q)
    {
      uint end = p.causal != 0 ? min (token + 1, p.keys) : p.keys;

      for (uint key = 0; key < end; key++)
        add_pair (n, token, key, head);
    }
  else
    for (uint query = p.causal != 0 ? token : 0; query < p.queries; query++)
      add_pair (n, query, token, head);
  for (uint c = 0; c < CHANNELS; c++)
    store (p.dx, i * CHANNELS + c, sum[c]);
}
