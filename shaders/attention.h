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

/* Of attention-coopmat: channels of a head, padded; keys at a time; whether these and their values
 * take turns in shared memory; the device's matrices; lanes to a row of scores, a power of two;
 * invocations of a workgroup and of a subgroup. */
#define GS_ATTENTION_COOPMAT_WIDTH 0
#define GS_ATTENTION_COOPMAT_KEYS 1
#define GS_ATTENTION_COOPMAT_ONE_PLACE 2
#define GS_ATTENTION_COOPMAT_M 3
#define GS_ATTENTION_COOPMAT_N 4
#define GS_ATTENTION_COOPMAT_K 5
#define GS_ATTENTION_COOPMAT_ROW_LANES 6
#define GS_ATTENTION_COOPMAT_INVOCATIONS 7
#define GS_ATTENTION_COOPMAT_LANES 8
#define GS_ATTENTION_COOPMAT_N_CONSTANTS 9

/* Queries of a subgroup of attention-coopmat; 16 is a multiple of every M but 32. */
#define GS_ATTENTION_COOPMAT_ROWS 16
#define GS_ATTENTION_COOPMAT_SUBGROUPS 4

/* Wider heads do not fit the registers of a subgroup. */
#define GS_ATTENTION_COOPMAT_MAX_WIDTH 160

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
