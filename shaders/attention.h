/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push constants of the attention kernels: y = softmax (q k^T * scale) v for each sample and head.
 * q, y: (N, queries, heads * head_channels); k, v: (N, keys, heads * head_channels). */
#include "include/types.h"

struct GsAttentionPush
{
  gs_address q, k, v, y;
  uint       queries, keys, heads, head_channels;
  float      scale;
  uint       causal; /* query i sees keys 0 ... i */
};
