/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operands of products to check, and running one. */
#include "ops/matmul-check-private.h"

void
gs_check_place_picture (GsCheckBench *bench, GsCheckValues *self, GsShape shape, guint32 channels,
                        GsDtype dtype)
{
  shape.c = channels;
  gs_check_place (bench, &self->tensor, shape, dtype, 0);
  self->n = gs_shape_elements (shape);
}

void
gs_check_place_vector (GsCheckBench *bench, GsCheckValues *self, guint32 channels)
{
  gs_check_place (bench, &self->tensor, (GsShape){ 1, 1, 1, channels }, GS_DTYPE_F32, 0);
  self->n = channels;
}

void
gs_check_place_weights (GsCheckBench *bench, GsCheckValues *self, const guint64 *dims)
{
  gs_check_place (bench, &self->tensor, (GsShape){ 1, 1, 1, 1 }, GS_DTYPE_F16,
                  gs_layout_matmul.bytes (dims, 4, GS_DTYPE_F16));
  self->n = dims[0] * dims[1] * dims[2] * dims[3];
}

gboolean
gs_check_fill (GsCheckBench *bench, GsCheckValues *self, GError **error)
{
  self->values = gs_check_numbers (bench, self->n);
  self->tensor.buffer = bench->buffer;
  return gs_check_write (&self->tensor, self->values, self->n, error);
}

gboolean
gs_check_fill_weights (GsCheckBench *bench, GsCheckValues *self, const guint64 *dims, GError **error)
{
  GsHostTensor source = { .dtype = GS_DTYPE_F32, .n_dims = 4,
                          .dims = { dims[0], dims[1], dims[2], dims[3] } };
  g_autofree guint8 *packed = g_malloc (self->tensor.n_bytes);

  source.data = self->values = gs_check_numbers (bench, self->n);
  self->tensor.buffer = bench->buffer;
  gs_layout_matmul.pack (&source, GS_DTYPE_F16, packed);
  return gs_buffer_write (bench->buffer, self->tensor.offset, packed, self->tensor.n_bytes, error);
}

void
gs_check_values_clear (GsCheckValues *values, guint n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&values[i].values, g_free);
}

gboolean
gs_check_multiply (GsDevice *device, const GsMatmulTile *tile, GsNode *node, GsTensor *const *operands,
                   GsTensor *y, GsTensor *left, const GsMatmulParameters *parameters, GError **error)
{
  g_autoptr (GsCommands) commands = gs_commands_new (device, "check");

  gs_matmul_dispatch (commands, tile->variant, tile, node, operands, y, left, parameters);
  return gs_commands_finish (commands, error) && gs_commands_run (commands, error);
}
