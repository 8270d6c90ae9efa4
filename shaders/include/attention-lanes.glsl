/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The body of attention-texel.comp and attention-gather.comp, made for Mesa's CPU driver like
 * matmul-lanes.glsl, which explains the machine: loads are dear, permutes are cheap.
 *
 * Each lane owns GROUPS queries (lane, lane + 8, ...). Eight keys are fetched at a time, one a lane,
 * and reach all lanes by subgroupShuffle, so scores, their running maximum and the mix of values
 * stay in the lane (Milakov and Gimelshein, "Online normalizer calculation for softmax"; Dao et al.,
 * "FlashAttention"). Wide heads are cut into parts of FOURS fours of channels: a workgroup makes one
 * part of y, and sums the scores over all parts.
 *
 * The including file defines PLACE, STEP, PLACE_OF_ZEROS, place_of_q, _k, _v (four) and load_q,
 * _k, _v (place).
 */
#define GROUPS (GS_ATTENTION_LANES_QUERIES / 8)
#define LOG2_E 1.44269504

layout(constant_id = GS_ATTENTION_FOURS) const uint FOURS = 8;
layout(constant_id = GS_ATTENTION_WHOLE) const bool WHOLE = true;
layout(local_size_x = 8) in;

vec4  queries[GROUPS * (WHOLE ? FOURS : 1)];
float scores[GROUPS * 8];        /* [group][key]  */
float mix_sums[GROUPS * FOURS * 4]; /* [group][channel] */

/* Adds the products of one four of channels of eight keys. */
void add_scores (vec4 q[GROUPS], vec4 k)
{
  [[unroll]] for (uint j = 0; j < 8; j++)
    [[unroll]] for (uint c = 0; c < 4; c++)
      {
        float channel = subgroupShuffle (k[c], j);

        [[unroll]] for (uint r = 0; r < GROUPS; r++)
          scores[r * 8 + j] = fma (q[r][c], channel, scores[r * 8 + j]);
      }
}

void main ()
{
  uint lane = gl_LocalInvocationID.x, head = gl_WorkGroupID.y, n = gl_WorkGroupID.z;
  uint head_fours = p.head_channels / 4, row_fours = p.heads * head_fours;
  uint q_fours = p.q_pitch / 4, kv_fours = p.kv_pitch / 4;
  uint parts = head_fours / FOURS;
  uint block = gl_WorkGroupID.x / parts, part = gl_WorkGroupID.x - block * parts;
  uint first_query = block * GS_ATTENTION_LANES_QUERIES;
  uint n_keys = p.causal != 0 ? min (p.keys, first_query + GS_ATTENTION_LANES_QUERIES) : p.keys;
  PLACE q_places[GROUPS];
  float highest[GROUPS], totals[GROUPS];

  [[unroll]] for (uint r = 0; r < GROUPS; r++)
    {
      uint query = first_query + r * 8 + lane;

      highest[r] = -1e30;
      totals[r] = 0.0;
      q_places[r] = query < p.queries
                      ? place_of_q ((n * p.queries + query) * q_fours + head * head_fours)
                      : PLACE_OF_ZEROS;
      if (WHOLE)
        [[unroll]] for (uint f = 0; f < FOURS; f++)
          queries[r * FOURS + f] = load_q (q_places[r] + f * STEP) * (p.scale * LOG2_E);
    }
  [[unroll]] for (uint i = 0; i < GROUPS * FOURS * 4; i++)
    mix_sums[i] = 0.0;

  [[dont_unroll]] for (uint first = 0; first < n_keys; first += 8)
    {
      uint key = first + lane;
      uint row = (n * p.keys + key) * kv_fours + head * head_fours;
      PLACE k_place = key < p.keys ? place_of_k (row) : PLACE_OF_ZEROS;
      PLACE v_place = key < p.keys ? place_of_v (row + part * FOURS) : PLACE_OF_ZEROS;
      vec4 q[GROUPS];

      [[unroll]] for (uint i = 0; i < GROUPS * 8; i++)
        scores[i] = 0.0;
      if (WHOLE)
        {
          [[unroll]] for (uint f = 0; f < FOURS; f++)
            {
              [[unroll]] for (uint r = 0; r < GROUPS; r++)
                q[r] = queries[r * FOURS + f];
              add_scores (q, load_k (k_place + f * STEP));
            }
        }
      else
        {
          [[dont_unroll]] for (uint f = 0; f < head_fours; f++)
            {
              [[unroll]] for (uint r = 0; r < GROUPS; r++)
                q[r] = load_q (q_places[r] + f * STEP) * (p.scale * LOG2_E);
              add_scores (q, load_k (k_place + f * STEP));
            }
        }

      [[unroll]] for (uint r = 0; r < GROUPS; r++)
        {
          uint query = first_query + r * 8 + lane;
          uint last = p.causal != 0 ? min (query, p.keys - 1) : p.keys - 1;
          float top = highest[r], shrink;

          [[unroll]] for (uint j = 0; j < 8; j++)
            {
              scores[r * 8 + j] = first + j <= last ? scores[r * 8 + j] : -1e30;
              top = max (top, scores[r * 8 + j]);
            }
          shrink = exp2 (highest[r] - top);
          highest[r] = top;
          totals[r] *= shrink;
          [[unroll]] for (uint j = 0; j < 8; j++)
            {
              scores[r * 8 + j] = exp2 (scores[r * 8 + j] - top);
              totals[r] += scores[r * 8 + j];
            }
          [[unroll]] for (uint c = 0; c < FOURS * 4; c++)
            mix_sums[r * FOURS * 4 + c] *= shrink;
        }

      [[unroll]] for (uint f = 0; f < FOURS; f++)
        {
          vec4 v = load_v (v_place + f * STEP);

          [[unroll]] for (uint c = 0; c < 4; c++)
            [[unroll]] for (uint j = 0; j < 8; j++)
              {
                float value = subgroupShuffle (v[c], j);

                [[unroll]] for (uint r = 0; r < GROUPS; r++)
                  mix_sums[(r * FOURS + f) * 4 + c] = fma (scores[r * 8 + j], value,
                                                           mix_sums[(r * FOURS + f) * 4 + c]);
              }
        }
    }

  [[unroll]] for (uint r = 0; r < GROUPS; r++)
    {
      uint query = first_query + r * 8 + lane;
      uint row = (n * p.queries + query) * row_fours + head * head_fours + part * FOURS;

      if (query < p.queries)
        [[unroll]] for (uint f = 0; f < FOURS; f++)
          {
            uint i = (r * FOURS + f) * 4;

            store_four (p.y + uint64_t (row + f) * ELEMENT4_BYTES,
                        vec4 (mix_sums[i], mix_sums[i + 1], mix_sums[i + 2], mix_sums[i + 3])
                          / totals[r]);
          }
    }
}
