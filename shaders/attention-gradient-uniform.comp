/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * What attention-stats and attention-gradient compute, for new lavapipe (see attention-uniform.comp, whose
 * loops these are). Each invocation owns VECTORS tokens, queries or keys; the others are the same for
 * all of a workgroup. A block of others at a time: first each pair's factor, out of one or two products
 * over the channels, goes to scratch memory; then what the others contribute is added up by it.
 *
 *   of:     Q           K           V         stats
 *   own     q, dy       k, v        k         q, dy
 *   other   k, v        q, dy       q         k, v
 *   factor  s P (dP - D), dP = dy . v    P     -
 *   added   k           q           dy        -
 *
 * Loops go up to push constants: Mesa 26.2 keeps what the first turn of a loop of known length computes
 * in memory, the number of an invocation too, and then no vector load is seen any more.
 */
#extension GL_GOOGLE_include_directive : require
#include "attention-gradient.h"
#include "include/words.glsl"

#define LOG2_E 1.44269504
#define VECTORS GS_ATTENTION_GRADIENT_VECTORS
#define AT_ONCE 6 /* other tokens, times VECTORS sums in registers */
#define A_TURN 40 /* other tokens */
#define LOWEST -3e38

layout(constant_id = GS_ATTENTION_GRADIENT_CHANNELS) const uint HEAD = 40;
layout(constant_id = GS_ATTENTION_GRADIENT_OF) const uint OF = 0;
layout(constant_id = GS_ATTENTION_GRADIENT_FOURS) const uint FOURS = 10; /* of channels a turn   */
layout(constant_id = GS_ATTENTION_GRADIENT_SUMS) const uint SUMS = 5; /* channels at once        */
layout(constant_id = GS_ATTENTION_GRADIENT_CAUSAL) const bool CAUSAL = false;
layout(local_size_x_id = GS_ATTENTION_GRADIENT_LANES) in;
layout(push_constant) uniform Push { GsAttentionGradientPush p; };

#include "include/uniform.glsl"

const bool OF_STATS = OF == GS_ATTENTION_GRADIENT_STATS;
const bool OF_QUERY = OF == GS_ATTENTION_GRADIENT_Q || OF_STATS;
const bool TWO_PRODUCTS = OF != GS_ATTENTION_GRADIENT_V;
const uint OTHERS = GS_ATTENTION_GRADIENT_OTHERS; /* of a block: a multiple of the other two */
const uint VECTOR_BYTES = gl_WorkGroupSize.x * 4;
const uint ELEMENT_BYTES = ELEMENT4_BYTES / 4;

#include "include/uniform-rows.glsl"

/* Of a query of all samples: 0 for the logarithm of its sum, 1 for dy . y. */
float stat (uint query, uint head, uint which)
{
  return Floats (p.stats).at[2 * (query * p.heads + head) + which];
}

void main ()
{
  uint lanes = gl_WorkGroupSize.x, head = gl_WorkGroupID.y, n = gl_WorkGroupID.z;
  Rows q = rows_of (p.q, n, p.queries, p.q_pitch, head), dy = rows_of (p.dy, n, p.queries, p.heads * HEAD, head);
  Rows k = rows_of (p.k, n, p.keys, p.kv_pitch, head), v_rows = rows_of (p.v, n, p.keys, p.kv_pitch, head);
  uint slot = (n * p.heads + head) * p.columns + gl_WorkGroupID.x;
  uint n_own = OF_QUERY ? p.queries : p.keys, n_others = OF_QUERY ? p.keys : p.queries;
  float scale = inversesqrt (float (HEAD));

  first_at = p.scratch + uint64_t (slot) * ((3 * HEAD + OTHERS) * VECTORS * VECTOR_BYTES);
  second_at = vector_at (first_at, HEAD, 0);
  sums_at = vector_at (second_at, HEAD, 0);
  factors_at = vector_at (sums_at, HEAD, 0);

  [[dont_unroll]] for (uint first_own = gl_WorkGroupID.x * VECTORS * lanes; first_own < n_own;
                       first_own += p.columns * VECTORS * lanes)
    {
      uint begin = CAUSAL && !OF_QUERY ? min (first_own, n_others) : 0;
      uint end = CAUSAL && OF_QUERY ? min (n_others, first_own + VECTORS * lanes) : n_others;
      float own_log[VECTORS], own_product[VECTORS], totals[VECTORS];

      if (OF_QUERY)
        prepare (first_at, q, first_own, scale * LOG2_E);
      else
        prepare (first_at, k, first_own, scale * LOG2_E);
      if (TWO_PRODUCTS)
        {
          if (OF_QUERY)
            prepare (second_at, dy, first_own, 1.0);
          else
            prepare (second_at, v_rows, first_own, 1.0);
        }
      [[unroll]] for (uint v = 0; v < VECTORS; v++)
        {
          uint query = n * p.queries + min (own_token (first_own, v), p.queries - 1);

          own_log[v] = OF_STATS ? LOWEST : OF_QUERY ? stat (query, head, 0) * LOG2_E : 0.0;
          own_product[v] = OF == GS_ATTENTION_GRADIENT_Q ? stat (query, head, 1) : 0.0;
          totals[v] = 0.0;
        }
      [[dont_unroll]] for (uint first_other = begin; first_other < end; first_other += OTHERS)
        {
          uint block = min (end - first_other, OTHERS);

          [[dont_unroll]] for (uint other = 0; other < block; other += AT_ONCE)
            {
              float scores[AT_ONCE * VECTORS], products[AT_ONCE * VECTORS];

              if (OF_QUERY)
                multiply (first_at, k, first_other + other, scores);
              else
                multiply (first_at, q, first_other + other, scores);
              if (TWO_PRODUCTS)
                {
                  if (OF_QUERY)
                    multiply (second_at, v_rows, first_other + other, products);
                  else
                    multiply (second_at, dy, first_other + other, products);
                }
              [[unroll]] for (uint v = 0; v < VECTORS; v++)
                {
                  float top = own_log[v], by;

                  [[unroll]] for (uint j = 0; j < AT_ONCE; j++)
                    {
                      uint i = first_other + other + j, own = own_token (first_own, v);
                      bool seen = i < end && (!CAUSAL || (OF_QUERY ? i <= own : own <= i));

                      scores[j * VECTORS + v] = mix (LOWEST, scores[j * VECTORS + v], seen);
                      top = max (top, scores[j * VECTORS + v]);
                    }
                  if (OF_STATS)
                    {
                      by = exp2 (own_log[v] - top);
                      totals[v] *= by;
                      own_product[v] *= by;
                      own_log[v] = top;
                      [[unroll]] for (uint j = 0; j < AT_ONCE; j++)
                        {
                          float weight = exp2 (scores[j * VECTORS + v] - top);

                          totals[v] += weight;
                          own_product[v] += weight * products[j * VECTORS + v];
                        }
                    }
                }
              if (!OF_STATS)
                [[unroll]] for (uint j = 0; j < AT_ONCE; j++)
                  {
                    uint query = n * p.queries + min (first_other + other + j, p.queries - 1);
                    float log_sum = OF_QUERY ? 0.0 : stat (query, head, 0) * LOG2_E;
                    float mean = OF == GS_ATTENTION_GRADIENT_K ? stat (query, head, 1) : 0.0;

                    [[unroll]] for (uint v = 0; v < VECTORS; v++)
                      {
                        float factor = exp2 (scores[j * VECTORS + v] - (OF_QUERY ? own_log[v] : log_sum));

                        if (TWO_PRODUCTS)
                          factor *= scale * (products[j * VECTORS + v] - (OF_QUERY ? own_product[v] : mean));
                        store_lane (vector_at (factors_at, other + j, v), factor);
                      }
                  }
            }
          /* The others that fill up the last turn count nothing. */
          [[dont_unroll]] for (uint other = (block + AT_ONCE - 1) / AT_ONCE * AT_ONCE;
                               !OF_STATS && other < (block + A_TURN - 1) / A_TURN * A_TURN; other++)
            [[unroll]] for (uint v = 0; v < VECTORS; v++)
              store_lane (vector_at (factors_at, other, v), 0.0);
          if (OF == GS_ATTENTION_GRADIENT_Q)
            add_rows (first_other, block, k, first_other == begin);
          else if (OF == GS_ATTENTION_GRADIENT_K)
            add_rows (first_other, block, q, first_other == begin);
          else if (OF == GS_ATTENTION_GRADIENT_V)
            add_rows (first_other, block, dy, first_other == begin);
        }

      [[unroll]] for (uint v = 0; v < VECTORS; v++)
        {
          uint own = own_token (first_own, v);
          uint token = n * n_own + own;

          if (OF_STATS && own < n_own)
            {
              uint at = 2 * (token * p.heads + head);

              Floats (p.stats).at[at] = own_log[v] / LOG2_E + log (totals[v]);
              Floats (p.stats).at[at + 1] = own_product[v] / totals[v];
            }
          if (!OF_STATS && own < n_own)
            [[dont_unroll]] for (uint f = 0; f < p.head_channels / 4; f++)
              {
                vec4 x;

                [[unroll]] for (uint c = 0; c < 4; c++)
                  x[c] = begin < end ? load_lane_scratch (vector_at (sums_at, f * 4 + c, v)) : 0.0;
                store_four (p.dx + (uint64_t (token) * (p.heads * HEAD) + head * HEAD) * ELEMENT_BYTES
                              + f * ELEMENT4_BYTES, x);
              }
        }
    }
}
