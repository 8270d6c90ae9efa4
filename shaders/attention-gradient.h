/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of attention-stats.comp, attention-gradient.comp and attention-gradient-uniform.comp. */
#include "include/types.h"

struct GsAttentionGradientPush
{
  gs_address q, k, v;      /* elements q_pitch or kv_pitch from token to token          */
  gs_address dy;           /* heads x head_channels wide                                 */
  gs_address stats;        /* float: a pair for each sample, query and head              */
  gs_address dx;           /* of attention-gradient                                      */
  uint       samples, queries, keys, heads;
  uint       q_pitch, kv_pitch;
  uint       causal;
  uint       columns;      /* attention-gradient-uniform: workgroups of a head           */
  uint       head_channels; /* the same as the constant                                  */
  gs_address scratch;      /* attention-gradient-uniform                                 */
};

/* attention-gradient-uniform: vectors of tokens of a workgroup, other tokens of a block. */
#define GS_ATTENTION_GRADIENT_VECTORS 2
#define GS_ATTENTION_GRADIENT_OTHERS 240

/* Specialization constants. */
#define GS_ATTENTION_GRADIENT_CHANNELS 0 /* of a head                        */
#define GS_ATTENTION_GRADIENT_OF 1       /* attention-gradient: which of ... */
#define GS_ATTENTION_GRADIENT_Q 0
#define GS_ATTENTION_GRADIENT_K 1
#define GS_ATTENTION_GRADIENT_V 2
#define GS_ATTENTION_GRADIENT_STATS 3    /* attention-gradient-uniform       */
/* attention-gradient-uniform: fours of a head's channels a turn, channels added up at once, whether
 * queries see no later keys, invocations. */
#define GS_ATTENTION_GRADIENT_FOURS 2
#define GS_ATTENTION_GRADIENT_SUMS 3
#define GS_ATTENTION_GRADIENT_CAUSAL 4
#define GS_ATTENTION_GRADIENT_LANES 5
#define GS_ATTENTION_GRADIENT_N_CONSTANTS 6
