/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Attention with its projections, and the autoencoder's attention over the pixels of a picture.
 */
#pragma once

#include "ops/ops.h"

G_BEGIN_DECLS

/* Attention of tokens to a context: to_q, to_k, to_v, to_out.0 in the current scope.
 * x: (N, 1, T, C); context: (N, 1, S, D), x itself for self-attention -> (N, 1, T, C). */
GsTensor *gs_attention_projected (GsGraph *g, GsTensor *x, GsTensor *context, guint32 heads);

/* x + attention over the pixels of the group-normed x. x: (N, H, W, C); name: its scope. */
GsTensor *gs_attention_block (GsGraph *g, const char *name, GsTensor *x, guint32 heads,
                              guint32 groups, float epsilon);

/* The pixels of a picture as a sequence: (N, H, W, C) -> (N, 1, H W, C), the same memory. */
GsTensor *gs_pixels_as_tokens (GsGraph *g, GsTensor *x);

G_END_DECLS
