/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reverse mode over a graph (Griewank and Walther, "Evaluating Derivatives", section 3.2): more nodes
 * behind those there are, which compute how a result changes with its operands. Each op's class has
 * the rule for its own part; here they are strung together from the last node to the first.
 *
 * To be called on the graph as built, before gs_graph_finish(): what is fused then is fused so that
 * the values which gradients read stay. Only what leads to the asked tensors is computed.
 */
#pragma once

#include "tensor/graph.h"

G_BEGIN_DECLS

/* The gradients of sum (y dy) with respect to n tensors: inputs, weights, or anything in between.
 * dy: of y's shape; for a loss a number of one element, which scales all gradients.
 *
 * A gradient has its tensor's shape; a weight's is (1, 1, dims[0], other dims) in the order of the
 * checkpoint, and (1, 1, 1, dims[0]) for a vector. A tensor on which y does not depend, or only
 * through an op that has no rule, fails the graph. */
void gs_graph_gradients (GsGraph *graph, GsTensor *y, GsTensor *dy, GsTensor *const *tensors,
                         guint n, GsTensor **gradients);

/* The same, but of the values that gradients read each block's are computed once more: see
 * tensor/recompute.h. The gradients are the same to the bit where fusing rounds nothing otherwise. */
void gs_graph_gradients_recomputed (GsGraph *graph, GsTensor *y, GsTensor *dy,
                                    GsTensor *const *tensors, guint n, GsTensor **gradients,
                                    const char *const *blocks);

/* What reverse mode itself needs of the ops, which stand above it: ops/gradient.c defines these. */
typedef struct
{
  /* a + b, where a tensor has several users. */
  GsTensor *(*add)   (GsGraph *graph, GsTensor *a, GsTensor *b);
  /* x among zeros: its channels become those from first on, of so many; where a slice was used. */
  GsTensor *(*place) (GsGraph *graph, GsTensor *x, guint32 first, guint32 channels);
} GsGradientOps;

extern const GsGradientOps gs_gradient_ops;

G_END_DECLS
