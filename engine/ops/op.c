/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between ops and the device: operand addresses, kernel variants by storage type, long grids. */
#include "ops/op.h"

#include "include/types.h"

#include <string.h>

guint64
gs_op_read (GsCommands *commands, GsTensor *tensor)
{
  GsTensor *root;

  if (tensor == NULL)
    return 0;
  root = gs_tensor_root (tensor);
  return gs_commands_read (commands, root->buffer, root->offset, root->n_bytes)
         + (guint64) tensor->first * gs_dtype_bytes (tensor->dtype);
}

guint64
gs_op_write (GsCommands *commands, GsTensor *tensor)
{
  return gs_commands_write (commands, tensor->buffer, tensor->offset, tensor->n_bytes);
}

guint64
gs_op_scratch_write (GsCommands *commands, GsNode *node)
{
  return gs_commands_write (commands, node->scratch, node->scratch_offset, node->scratch_bytes);
}

guint64
gs_op_scratch_read (GsCommands *commands, GsNode *node)
{
  return gs_commands_read (commands, node->scratch, node->scratch_offset, node->scratch_bytes);
}

guint64
gs_op_block (GsCommands *commands, GsNode *node, gconstpointer data, gsize n_bytes)
{
  if (node->block == NULL) /* only kernels are asked for */
    return 0;
  g_assert (n_bytes <= node->block_bytes);
  memcpy ((guint8 *) gs_buffer_get_data (node->block) + node->block_offset, data, n_bytes);
  return gs_commands_read (commands, node->block, node->block_offset, n_bytes);
}

GsKernel *
gs_op_kernel (GsCommands *commands, const char *name, GsDtype dtype, const guint32 *constants,
              guint n_constants)
{
  g_autofree char *module = g_strconcat (name, dtype == GS_DTYPE_F16 ? ".f16" : ".f32", NULL);

  return gs_kernel_get (gs_commands_get_device (commands), module, constants, n_constants);
}

void
gs_op_dispatch_line (GsCommands *commands, GsKernel *kernel, gconstpointer push, gsize push_bytes,
                     guint64 n_groups, double work)
{
  guint32 rows = gs_groups (n_groups, GS_GRID_ROW);

  gs_commands_dispatch (commands, kernel, push, push_bytes, rows > 1 ? GS_GRID_ROW : n_groups, rows,
                        1, work);
}
