/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 *   y = W_out attention (W_q x, W_k context, W_v context)
 *
 * (Vaswani et al., "Attention is all you need", section 3.2.)
 */
#include "nn/attention-block.h"

GsTensor *
gs_pixels_as_tokens (GsGraph *g, GsTensor *x)
{
  return gs_reshape (g, x, (GsShape) { x->shape.n, 1, x->shape.h * x->shape.w, x->shape.c });
}

GsTensor *
gs_attention_projected (GsGraph *g, GsTensor *x, GsTensor *context, guint32 heads)
{
  guint32 channels = x->shape.c;
  GsTensor *q, *k, *v, *all;

  if (context == x)
    {
      all = gs_linear (g, "{to_q,to_k,to_v}", x, 3 * channels);
      q = gs_slice (g, all, 0, channels);
      k = gs_slice (g, all, channels, channels);
      v = gs_slice (g, all, 2 * channels, channels);
    }
  else
    {
      q = gs_linear (g, "to_q", x, channels);
      all = gs_linear (g, "{to_k,to_v}", context, 2 * channels);
      k = gs_slice (g, all, 0, channels);
      v = gs_slice (g, all, channels, channels);
    }
  return gs_linear (g, "to_out.0", gs_attention (g, q, k, v, heads, FALSE), channels);
}

GsTensor *
gs_attention_block (GsGraph *g, const char *name, GsTensor *x, guint32 heads, guint32 groups,
                    float epsilon)
{
  GsTensor *h;

  GS_SCOPE (g, "%s", name);
  h = gs_pixels_as_tokens (g, gs_group_norm (g, "group_norm", x, groups, epsilon));
  h = gs_attention_projected (g, h, h, heads);
  return gs_add (g, gs_reshape (g, h, x->shape), x);
}
