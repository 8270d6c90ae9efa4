/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an op is: one static const GsOpClass. Nodes point at their class; there is no enumeration of
 * ops and no switch over them.
 */
#pragma once

#include "gpu/commands.h"
#include "tensor/graph.h"

G_BEGIN_DECLS

struct _GsOpClass
{
  const char *name;
  gboolean takes_slices; /* inputs may be from gs_slice(): record() minds gs_tensor_pitch() */

  /* Sets node->output->shape (and dtype, if not that of the first input). FALSE with a sentence in
   * error if the inputs do not fit: what was expected, what came. */
  gboolean (*infer) (GsNode *node, GError **error);

  /* Memory it needs while it runs, by the kernel that the device gets; of the graph as fused. NULL:
   * none. */
  guint64 (*scratch_bytes) (const GsNode *node, GsDevice *device);

  /* Constants that its kernels read from memory, as there are too many to push: gs_op_block() writes
   * them while the node is recorded. Of the graph as fused. NULL: none. */
  guint64 (*block_bytes) (const GsNode *node);

  /* Records the node: chooses a kernel variant, fills push constants, dispatches. */
  void (*record) (GsNode *node, GsCommands *commands);

  /* Adds nodes that compute the gradients with respect to the inputs: dy in, of the output's shape
   * and no slice; dx[i] out where wanted[i], in the shapes that tensor/grad.h says. The node is as
   * built, nothing fused. NULL: not differentiable (yet). */
  void (*backward) (GsGraph *graph, GsNode *node, GsTensor *dy, const gboolean *wanted,
                    GsTensor **dx);

  /* Floating-point operations (2 a multiply-add) of matrix-like ops; NULL: counts as 0. */
  double (*flop) (const GsNode *node);

  /* Tries to take over the work of the only user of this node's output (an activation, an addition):
   * returns TRUE if it did; the user's output then becomes this node's. The user may see the output
   * as a view of another shape. NULL: never. */
  gboolean (*absorb) (GsNode *node, GsNode *user);

  /* Tries to take over the work of the node that makes input k: returns TRUE if it did, and reads that
   * node's inputs instead. Others may still need that node, so its work has to be no work here: a
   * matter of addresses. NULL: never. */
  gboolean (*absorb_input) (GsNode *node, guint k);

  /* The same of a node that nobody else needs: so this may be real work. NULL: never. */
  gboolean (*absorb_producer) (GsNode *node, guint k);

  /* The same where it depends on the device whether that is better. */
  gboolean (*absorb_producer_on) (GsNode *node, guint k, GsDevice *device);

  /* Asks the nodes that make its inputs to leave something beside them (gs_graph_add_second()), where that
   * is better on this device. NULL: never. */
  void (*ask_producers_on) (GsNode *node, GsDevice *device);
};

G_END_DECLS
