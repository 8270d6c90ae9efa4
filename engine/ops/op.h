/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an op is: one static const GsOpClass in a .c file of the op's name. Nodes point at their
 * class; there is no enumeration of ops and no switch over them.
 */
#pragma once

#include "gpu/commands.h"
#include "tensor/graph.h"

G_BEGIN_DECLS

struct _GsOpClass
{
  const char *name;

  /* Sets node->output->shape (and dtype, if not that of the first input). FALSE with a sentence in
   * error if the inputs do not fit: what was expected, what came. */
  gboolean (*infer) (GsNode *node, GError **error);

  /* Records the node: chooses a kernel variant, fills push constants, dispatches. */
  void (*record) (GsNode *node, GsCommands *commands);

  /* Adds nodes that compute the gradients with respect to the inputs: dy in, dx[i] out, NULL where
   * none is needed. NULL: not differentiable (yet). */
  void (*backward) (GsGraph *graph, GsNode *node, GsTensor *dy, GsTensor **dx);

  /* Floating-point operations (2 a multiply-add) of matrix-like ops; NULL: counts as 0. */
  double (*flop) (const GsNode *node);

  /* Tries to take over the work of the only user of this node's output (an activation, an addition):
   * returns TRUE if it did; the user's output then becomes this node's. NULL: never. */
  gboolean (*absorb) (GsNode *node, GsNode *user);
};

/* Device address of a tensor for the next dispatch, declared as read or written. NULL gives 0. */
guint64 gs_op_read  (GsCommands *commands, GsTensor *tensor);
guint64 gs_op_write (GsCommands *commands, GsTensor *tensor);

/* The kernel "<name>.f32" or "<name>.f16" by the node's output type. NULL after an error (sticky in
 * the commands). */
GsKernel *gs_op_kernel (GsCommands *commands, const char *name, GsDtype dtype,
                        const guint32 *constants, guint n_constants);

#define GS_OP_PARAMETERS(node, Type) ((Type *) (void *) (node)->parameters.bytes)

/* Workgroups needed for n items. */
static inline guint32
gs_groups (guint64 n, guint32 per_group)
{
  return (guint32) ((n + per_group - 1) / per_group);
}

G_END_DECLS
