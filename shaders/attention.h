/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push and specialization constants of the attention kernels: y = softmax (q k^T * scale) v for each
 * sample and head. q, y: (N, queries, heads * head_channels); k, v: (N, keys, heads * head_channels). */
#include "include/types.h"

/* Queries of a workgroup of attention-texel and attention-gather. */
#define GS_ATTENTION_LANES_QUERIES 16

/* Queries of a workgroup of attention-tile. */
#define GS_ATTENTION_TILE_QUERIES 64

/* Vectors of queries of a workgroup of attention-uniform, keys of a block. */
#define GS_ATTENTION_UNIFORM_VECTORS 2
#define GS_ATTENTION_UNIFORM_KEYS 240

/* Specialization constants. */
#define GS_ATTENTION_FOURS 0    /* fours of channels of y that a workgroup makes, or
                                   attention-uniform takes a turn                                 */
#define GS_ATTENTION_WHOLE 1    /* CPU kernels: these are all of the head                         */
#define GS_ATTENTION_CAUSAL 2   /* attention-uniform                                              */
#define GS_ATTENTION_LANES 3    /* attention-uniform: invocations of a vector of queries          */
#define GS_ATTENTION_CHANNELS 4 /* attention-uniform: of y at once                                */
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
#define GS_ATTENTION_COOPMAT_QUERIES 8 /* GS_ATTENTION_QUERIES_... */
#define GS_ATTENTION_COOPMAT_LANES 9   /* the last one, see shaders/meson.build */
#define GS_ATTENTION_COOPMAT_N_CONSTANTS 10

/* What q holds: queries, or x that they are made of (include/attention-queries.glsl). */
#define GS_ATTENTION_QUERIES_GIVEN 0
#define GS_ATTENTION_QUERIES_PROJECTED 1
#define GS_ATTENTION_QUERIES_NORMALISED 2 /* and then projected */

/* Queries of a subgroup of attention-coopmat; 16 is a multiple of every M but 32. */
#define GS_ATTENTION_COOPMAT_ROWS 16
#define GS_ATTENTION_COOPMAT_SUBGROUPS 4

/* Wider heads do not fit the registers of a subgroup. */
#define GS_ATTENTION_COOPMAT_MAX_WIDTH 160

struct GsAttentionPush
{
  gs_address q, k, v, y;
  gs_address scratch;              /* attention-uniform                                          */
  gs_address zeros;                /* attention-gather: head_channels elements that are zero    */
  gs_address w, norm_weight, norm_bias; /* attention-coopmat: what makes queries of x            */
  uint       queries, keys, heads, head_channels;
  uint       q_pitch, kv_pitch;    /* elements from token to token; y is dense                 */
  float      scale;
  uint       causal;               /* query i sees keys 0 ... i                                 */
  uint       columns;              /* attention-uniform: workgroups of a head                   */
  uint       q_texel, k_texel, v_texel; /* attention-texel: where they begin, in texels (v in k's
                                      buffer)                                                   */
  float      norm_epsilon;
};
