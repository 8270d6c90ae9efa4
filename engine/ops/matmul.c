/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packing weights for the matrix product, and recording it. */
#include "ops/matmul-private.h"

#include "base/half.h"

#include "matmul.h"

#include <string.h>

typedef struct
{
  guint64 columns, channels, taps, quads; /* quads: of padded channels, per tap */
} Panels;

static Panels
panels_of (const guint64 *dims, guint n_dims)
{
  Panels panels = { .columns = dims[0], .channels = dims[1], .taps = 1 };

  for (guint i = 2; i < n_dims; i++)
    panels.taps *= dims[i];
  panels.quads = (panels.channels + 3) / 4;
  return panels;
}

static guint64
matmul_bytes (const guint64 *dims, guint n_dims, GsDtype dtype)
{
  const Panels panels = panels_of (dims, n_dims);

  return (panels.columns + GS_MATMUL_PANEL - 1) / GS_MATMUL_PANEL * GS_MATMUL_PANEL * panels.taps
         * panels.quads * 4 * gs_dtype_bytes (dtype);
}

static guint16
half_at (const GsHostTensor *source, guint64 i)
{
  guint16 half;

  if (source->dtype != GS_DTYPE_F16)
    return gs_half_from_float (gs_host_tensor_get (source, i));
  memcpy (&half, (const guint8 *) source->data + i * 2, sizeof half);
  return half;
}

static void
matmul_pack (const GsHostTensor *source, GsDtype dtype, gpointer destination)
{
  const Panels p = panels_of (source->dims, source->n_dims);
  guint64 k = 0;

  for (guint64 first = 0; first < p.columns; first += GS_MATMUL_PANEL)
    for (guint64 tap = 0; tap < p.taps; tap++)
      for (guint64 quad = 0; quad < p.quads; quad++)
        for (guint64 n = first; n < first + GS_MATMUL_PANEL; n++)
          for (guint64 c = quad * 4; c < quad * 4 + 4; c++, k++)
            {
              const gboolean inside = n < p.columns && c < p.channels;
              const guint64 i = (n * p.channels + c) * p.taps + tap;

              if (dtype == GS_DTYPE_F16)
                ((guint16 *) destination)[k] = inside ? half_at (source, i) : 0;
              else
                ((float *) destination)[k] = inside ? gs_host_tensor_get (source, i) : 0;
            }
}

const GsLayout gs_layout_matmul = {
  .name = "matmul",
  .bytes = matmul_bytes,
  .pack = matmul_pack,
};

void
gs_matmul_record (GsNode *node, const GsMatmul *matmul, GsCommands *commands)
{
  GsTensor *x = node->inputs[0], *w = node->inputs[1];
  const GsShape y = node->output->shape;
  const guint32 weight_f16 = w->dtype == GS_DTYPE_F16;
  const struct GsMatmulPush push = {
    .x = gs_op_read (commands, x),
    .w = gs_op_read (commands, w),
    .bias = gs_op_read (commands, node->inputs[2]),
    .add = gs_op_read (commands, node->inputs[3]),
    .y = gs_op_write (commands, node->output),
    .rows = gs_shape_pixels (y),
    .columns = y.c,
    .channels = x->shape.c,
    .kernel = matmul->kernel,
    .stride = matmul->stride,
    .pad = matmul->pad,
    .height = x->shape.h,
    .width = x->shape.w,
    .y_height = y.h,
    .y_width = y.w,
  };

  gs_commands_dispatch (commands,
                        gs_op_kernel (commands, "matmul-plain", node->output->dtype, &weight_f16,
                                      1),
                        &push, sizeof push, gs_groups (y.c, GS_MATMUL_PANEL),
                        gs_groups (push.rows, 16), 1, gs_matmul_flop (node, matmul->kernel));
}

double
gs_matmul_flop (const GsNode *node, guint32 kernel)
{
  return 2.0 * gs_shape_elements (node->output->shape) * node->inputs[0]->shape.c * kernel * kernel;
}

gboolean
gs_matmul_absorb (GsNode *node, GsNode *user)
{
  GsTensor *other;

  if (node->inputs[3] != NULL || !g_str_equal (user->klass->name, "add")
      || !gs_shape_equal (user->inputs[0]->shape, user->inputs[1]->shape))
    return FALSE;
  other = user->inputs[0] == node->output ? user->inputs[1] : user->inputs[0];
  if (other == node->output)
    return FALSE;
  node->inputs[3] = other;
  return TRUE;
}
