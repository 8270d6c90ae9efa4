/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push and specialization constants of the attention kernels: y = softmax (q k^T * scale) v for each
 * sample and head. q, y: (N, queries, heads * head_channels); k, v: (N, keys, heads * head_channels). */
#include "include/types.h"

/* Queries of a workgroup of attention-texel and attention-gather. */
#define GS_ATTENTION_LANES_QUERIES 16

/* Queries of a workgroup of attention-tile. */
#define GS_ATTENTION_TILE_QUERIES 64

/* Specialization constants. */
#define GS_ATTENTION_FOURS 0  /* fours of channels of y that a workgroup makes                    */
#define GS_ATTENTION_WHOLE 1  /* CPU kernels: these are all of the head                           */
#define GS_ATTENTION_KEYS 2   /* attention-uniform: keys a turn, a multiple of 4                  */
#define GS_ATTENTION_CAUSAL 3 /* attention-uniform                                                */
#define GS_ATTENTION_LANES 4  /* attention-uniform: invocations of a vector, each with 2 queries  */
#define GS_ATTENTION_N_CONSTANTS 5

struct GsAttentionPush
{
  gs_address q, k, v, y;
  gs_address zeros;                /* attention-gather: head_channels elements that are zero    */
  uint       queries, keys, heads, head_channels;
  uint       q_pitch, kv_pitch;    /* elements from token to token; y is dense                 */
  float      scale;
  uint       causal;               /* query i sees keys 0 ... i                                 */
  uint       q_texel, k_texel, v_texel; /* attention-texel: where they begin, in texels (v in k's
                                      buffer)                                                   */
};
