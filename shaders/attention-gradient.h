/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of attention-stats.comp and attention-gradient.comp. */
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
};

/* Specialization constants. */
#define GS_ATTENTION_GRADIENT_CHANNELS 0 /* of a head                        */
#define GS_ATTENTION_GRADIENT_OF 1       /* attention-gradient: which of ... */
#define GS_ATTENTION_GRADIENT_Q 0
#define GS_ATTENTION_GRADIENT_K 1
#define GS_ATTENTION_GRADIENT_V 2
