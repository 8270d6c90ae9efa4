/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* With probabilities P = softmax (s Q K^T), s = 1 / sqrt (D), and E = P * (dY V^T - rows of dY . Y):
 *   dQ = s E K,  dK = s E^T Q,  dV = P^T dY
 * (Dao, "FlashAttention-2", section 2.3: P is made again from the stored sums). An invocation makes a
 * row of one of them: a query's or a key's. */
#extension GL_GOOGLE_include_directive : require
#include "attention-gradient.h"
#include "include/words.glsl"

#define FOURS (CHANNELS / 4)

layout(local_size_x = 64) in;
layout(constant_id = GS_ATTENTION_GRADIENT_CHANNELS) const uint CHANNELS = 4;
layout(constant_id = GS_ATTENTION_GRADIENT_OF) const uint OF = 0;
layout(push_constant) uniform Push { GsAttentionGradientPush p; };

const bool OF_QUERY = OF == GS_ATTENTION_GRADIENT_Q;

/* This invocation's query and its dy, or its key and value; and the row of the result. */
vec4 own[CHANNELS / 4], own_second[CHANNELS / 4], sum[CHANNELS / 4];

vec4 load_at (uint64_t base, uint first, uint four)
{
  return load_four (base + uint64_t (first + 4 * four) * (ELEMENT4_BYTES / 4));
}

/* Where a token's head begins, among queries or keys and in dy. */
uint query_first (uint token, uint head) { return token * p.q_pitch + head * CHANNELS; }
uint key_first (uint token, uint head) { return token * p.kv_pitch + head * CHANNELS; }
uint dy_first (uint token, uint head) { return (token * p.heads + head) * CHANNELS; }

/* Adds what a pair of tokens contributes to the row; other: the one that is not this invocation's. */
void add_pair (uint query, uint other, uint head)
{
  uint64_t first_base = OF_QUERY ? p.k : p.q, second_base = OF_QUERY ? p.v : p.dy;
  uint first = OF_QUERY ? key_first (other, head) : query_first (other, head);
  uint second = OF_QUERY ? key_first (other, head) : dy_first (other, head);
  uint stats = 2 * (query * p.heads + head);
  float scale = inversesqrt (float (CHANNELS)), score = 0.0, dp = 0.0, factor;

  for (uint i = 0; i < FOURS; i++)
    score += dot (own[i], load_at (first_base, first, i));
  factor = exp (score * scale - Floats (p.stats).at[stats]);
  if (OF != GS_ATTENTION_GRADIENT_V)
    {
      for (uint i = 0; i < FOURS; i++)
        dp += dot (own_second[i], load_at (second_base, second, i));
      factor *= scale * (dp - Floats (p.stats).at[stats + 1]);
    }
  for (uint i = 0; i < FOURS; i++)
    sum[i] += factor * (OF == GS_ATTENTION_GRADIENT_V ? load_at (second_base, second, i)
                                                      : load_at (first_base, first, i));
}

void main ()
{
  uint i = line_group () * 64 + gl_LocalInvocationID.x;
  uint head = i % p.heads;
  uint tokens = OF_QUERY ? p.queries : p.keys;
  uint token = i / p.heads; /* of all samples */
  uint n = token / tokens;
  uint place = token % tokens;

  if (n >= p.samples)
    return;
  for (uint c = 0; c < FOURS; c++)
    {
      own[c] = OF_QUERY ? load_at (p.q, query_first (token, head), c)
                        : load_at (p.k, key_first (token, head), c);
      own_second[c] = OF_QUERY ? load_at (p.dy, dy_first (token, head), c)
                               : load_at (p.v, key_first (token, head), c);
      sum[c] = vec4 (0.0);
    }
  if (OF_QUERY)
    {
      uint end = p.causal != 0 ? min (place + 1, p.keys) : p.keys;

      for (uint key = 0; key < end; key++)
        add_pair (token, n * p.keys + key, head);
    }
  else
    for (uint query = p.causal != 0 ? place : 0; query < p.queries; query++)
      add_pair (n * p.queries + query, n * p.queries + query, head);
  for (uint c = 0; c < FOURS; c++)
    store_four (p.dx + uint64_t (i * CHANNELS + 4 * c) * (ELEMENT4_BYTES / 4), sum[c]);
}
