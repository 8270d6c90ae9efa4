/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an op's record() needs: addresses of its operands, kernels by storage type, grids. An op is a
 * .c file of its name with one static const GsOpClass (see tensor/op-class.h).
 */
#pragma once

#include "tensor/op-class.h"

G_BEGIN_DECLS

/* Device address of a tensor for the next dispatch, declared as read or written. NULL gives 0. */
guint64 gs_op_read  (GsCommands *commands, GsTensor *tensor);
guint64 gs_op_write (GsCommands *commands, GsTensor *tensor);

/* Device address of the node's scratch memory, declared as written (or read) by the next dispatch. */
guint64 gs_op_scratch_write (GsCommands *commands, GsNode *node);
guint64 gs_op_scratch_read  (GsCommands *commands, GsNode *node);

/* Writes constants into the node's block (its class's block_bytes), for the next dispatch to read;
 * returns their device address. */
guint64 gs_op_block (GsCommands *commands, GsNode *node, gconstpointer data, gsize n_bytes);

/* Runs a kernel over a line of workgroups (see GS_GRID_ROW in shaders/include/types.h); work: the
 * number of elements it touches, or floating-point operations if more. */
void gs_op_dispatch_line (GsCommands *commands, GsKernel *kernel, gconstpointer push,
                          gsize push_bytes, guint64 n_groups, double work);

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
