/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrix products: kernel choice per call, dispatch, fusing. */
#include "ops/matmul-private.h"

#include "ops/lanes-private.h"
#include "ops/ops.h"
#include "ops/unary-private.h"

#include "matmul.h"
#include "unary.h"

static GsMatmulVariant
usable_variant (GsCommands *commands, GsMatmulVariant variant, GsTensor *const *operands)
{
  GsTensor *x = operands[GS_MATMUL_X];

  if (variant == GS_MATMUL_TEXEL
      && !(gs_lanes_fits_texels (commands, x)
           && gs_lanes_fits_texels (commands, operands[GS_MATMUL_WEIGHT])))
    return GS_MATMUL_TILE;
  if (variant == GS_MATMUL_GATHER && gs_lanes_zeros (x, x->shape.c) == 0)
    return GS_MATMUL_TILE;
  return variant;
}

/* Rows of y to a row of the addend: it is y's shape, or one row per sample. */
static guint32
add_period (const GsTensor *add, const GsTensor *y)
{
  return add == NULL ? 1 : gs_shape_pixels (y->shape) / gs_shape_pixels (add->shape);
}

void
gs_matmul_dispatch (GsCommands *commands, GsMatmulVariant variant, GsTensor *const *operands,
                    GsTensor *y, const GsMatmulParameters *parameters)
{
  static const char *const kernels[] = { "matmul-tile", "matmul-texel", "matmul-gather" };
  GsTensor *x = operands[GS_MATMUL_X], *w = operands[GS_MATMUL_WEIGHT];
  const guint32 rows = gs_shape_pixels (y->shape), columns = y->shape.c;
  const double depth = (double) parameters->kernel * parameters->kernel * x->shape.c;
  guint32 constants[GS_MATMUL_N_CONSTANTS] = {
    [GS_MATMUL_ACTIVATION] = parameters->activation,
    [GS_MATMUL_WEIGHT_F16] = w->dtype == GS_DTYPE_F16,
    [GS_MATMUL_BY_4] = columns % 4 == 0,
    [GS_MATMUL_UNROLL] = 1,
  };
  struct GsMatmulPush push = {
    .x = gs_op_read (commands, x),
    .w = gs_op_read (commands, w),
    .bias = gs_op_read (commands, operands[GS_MATMUL_BIAS]),
    .add = gs_op_read (commands, operands[GS_MATMUL_ADD]),
    .y = gs_op_write (commands, y),
    .rows = rows,
    .columns = columns,
    .channels = x->shape.c,
    .width = x->shape.w,
    .height = x->shape.h,
    .y_width = y->shape.w,
    .y_height = y->shape.h,
    .kernel = parameters->kernel,
    .stride = parameters->stride,
    .pad = parameters->pad,
    .add_period = add_period (operands[GS_MATMUL_ADD], y),
    .row_blocks = gs_groups (rows, GS_MATMUL_LANES_ROWS),
    .column_blocks = gs_groups (columns, GS_MATMUL_LANES_COLUMNS),
    /* Workgroups that follow each other share what is larger, so that it is read once. */
    .rows_first = w->n_bytes > x->n_bytes * 3,
  };

  variant = usable_variant (commands, variant, operands);
  if (variant == GS_MATMUL_TEXEL)
    {
      push.x_texel = gs_lanes_bind_texels (commands, 0, x);
      push.w_texel = gs_lanes_bind_texels (commands, 1, w);
    }
  else if (variant == GS_MATMUL_GATHER)
    {
      push.zeros = gs_lanes_zeros (x, x->shape.c);
      constants[GS_MATMUL_UNROLL] = x->shape.c % 8 == 0 ? 2 : 1;
    }
  else
    {
      push.row_blocks = gs_groups (rows, GS_MATMUL_TILE_ROWS);
      push.column_blocks = gs_groups (columns, GS_MATMUL_TILE_COLUMNS);
    }
  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, kernels[variant], y->dtype, constants,
                                     GS_MATMUL_N_CONSTANTS),
                       &push, sizeof push, (guint64) push.row_blocks * push.column_blocks,
                       2.0 * rows * columns * depth);
}

/* ---- Nodes ---- */

GsTensor *
gs_matmul_add_node (GsGraph *g, const GsOpClass *klass, const char *name, GsTensor *x,
                    const guint64 *dims, guint n_dims, const GsMatmulParameters *parameters)
{
  GS_SCOPE (g, "%s", name);
  GsTensor *operands[GS_MATMUL_N_OPERANDS] = { gs_pad_channels (g, x) };

  operands[GS_MATMUL_WEIGHT] = gs_graph_weight (g, "weight", dims, n_dims, &gs_layout_matmul);
  if (gs_graph_has_weight (g, "bias"))
    operands[GS_MATMUL_BIAS] = gs_graph_weight (g, "bias", dims, 1, &gs_layout_vector);
  return gs_graph_add (g, klass, NULL, operands, GS_MATMUL_N_OPERANDS, parameters,
                       sizeof *parameters);
}

void
gs_matmul_record (GsNode *node, GsCommands *commands)
{
  gs_matmul_dispatch (commands, gs_matmul_choose (gs_commands_get_device (commands)), node->inputs,
                      node->output, GS_OP_PARAMETERS (node, GsMatmulParameters));
}

double
gs_matmul_flop (const GsNode *node)
{
  const GsMatmulParameters *parameters = GS_OP_PARAMETERS (node, const GsMatmulParameters);

  return 2.0 * gs_shape_elements (node->output->shape) * parameters->kernel * parameters->kernel
         * node->inputs[GS_MATMUL_X]->shape.c;
}

static gboolean
absorb_add (GsNode *node, GsNode *user)
{
  GsTensor *other = user->inputs[user->inputs[0] == node->output ? 1 : 0];
  const GsShape y = node->output->shape, b = other->shape;
  const gboolean per_sample = b.n == y.n && b.h == 1 && b.w == 1 && b.c == y.c;

  if (node->inputs[GS_MATMUL_ADD] != NULL || other == node->output
      || !gs_shape_equal (user->output->shape, y)
      || !(gs_shape_equal (b, y) || per_sample))
    return FALSE;
  node->inputs[GS_MATMUL_ADD] = other;
  return TRUE;
}

gboolean
gs_matmul_absorb (GsNode *node, GsNode *user)
{
  GsMatmulParameters *parameters = GS_OP_PARAMETERS (node, GsMatmulParameters);
  int function;

  if (parameters->activation != 0)
    return FALSE; /* it comes last in the kernel */
  if (g_str_equal (user->klass->name, "add"))
    return absorb_add (node, user);
  function = gs_unary_get_function (user);
  if (function < GS_UNARY_SILU || function > GS_UNARY_RELU)
    return FALSE;
  parameters->activation = function + 1;
  return TRUE;
}
