/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y[i][j] = scale sum_k a[i][k] b[j][k], either operand possibly the other way round: products with
 * what is trained, and their gradients. A trained operand and its gradient may be float where
 * activations are halfs. */
#include "ops/matmul-private.h"
#include "ops/ops.h"

#include "product.h"

typedef struct
{
  GsShape  y;              /* rows x columns elements */
  guint32  columns, depth;
  guint32  a_row, a_step;  /* elements of a from row to row, and along the depth */
  guint32  b_row, b_step;
  float    scale;
  GsDtype  dtype;          /* of y */
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);
  const GsShape a = node->inputs[0]->shape, b = node->inputs[1]->shape;

  node->output->shape = parameters->y;
  node->output->dtype = parameters->dtype;
  if (gs_shape_elements (a) * parameters->columns
        != gs_shape_elements (parameters->y) * parameters->depth
      || gs_shape_elements (b) != (guint64) parameters->columns * parameters->depth)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "(%u, %u, %u, %u) and (%u, %u, %u, %u) cannot be multiplied", a.n, a.h, a.w,
                   a.c, b.n, b.h, b.w, b.c);
      return FALSE;
    }
  return TRUE;
}

static double
flop (const GsNode *node)
{
  return 2.0 * gs_shape_elements (node->output->shape)
         * GS_OP_PARAMETERS (node, const Parameters)->depth;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);
  const guint64 elements = gs_shape_elements (node->output->shape);
  const gboolean uniform
    = gs_matmul_choose (gs_commands_get_device (commands)) >= GS_MATMUL_UNIFORM;
  const guint32 lanes = gs_device_get_info (gs_commands_get_device (commands))->subgroup_size;
  const guint32 rows = elements / parameters->columns;
  const guint32 constants[GS_PRODUCT_N_CONSTANTS] = {
    [GS_PRODUCT_FLOAT_A] = node->inputs[0]->dtype == GS_DTYPE_F32,
    [GS_PRODUCT_FLOAT_B] = node->inputs[1]->dtype == GS_DTYPE_F32,
    [GS_PRODUCT_FLOAT_Y] = parameters->dtype == GS_DTYPE_F32,
    [GS_PRODUCT_FOURS] = parameters->depth % 4 == 0 && parameters->a_step == 1
                         && parameters->b_step == 1,
    [GS_PRODUCT_VECTORS] = parameters->b_row == 1 && parameters->b_step % 4 == 0,
    [GS_PRODUCT_STEP_ONE] = parameters->a_step == 1,
    [GS_PRODUCT_LANES] = lanes,
  };
  const struct GsProductPush push = {
    .a = gs_op_read (commands, node->inputs[0]),
    .b = gs_op_read (commands, node->inputs[1]),
    .y = gs_op_write (commands, node->output),
    .rows = rows,
    .columns = parameters->columns,
    .depth = parameters->depth,
    .a_row = parameters->a_row,
    .a_step = parameters->a_step,
    .b_row = parameters->b_row,
    .b_step = parameters->b_step,
    .scale = parameters->scale,
  };

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, uniform ? "product-uniform" : "product",
                                     node->graph->dtype, constants, G_N_ELEMENTS (constants)),
                       &push, sizeof push,
                       uniform ? (guint64) gs_groups (rows, GS_PRODUCT_UNIFORM_ROWS)
                                   * gs_groups (parameters->columns, lanes)
                               : gs_groups (elements, 64),
                       flop (node));
}

static void backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted,
                      GsTensor **dx);

const GsOpClass gs_op_product = {
  "product",
  .infer = infer,
  .record = record,
  .backward = backward,
  .flop = flop,
};

static GsTensor *
add (GsGraph *g, GsTensor *a, GsTensor *b, const Parameters *parameters)
{
  return gs_graph_add (g, &gs_op_product, NULL, (GsTensor *[]) { a, b }, 2, parameters,
                       sizeof *parameters);
}

/* da[i][k] = scale sum_j dy[i][j] b[j][k],  db[j][k] = scale sum_i dy[i][j] a[i][k]. */
static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  const Parameters *forward = GS_OP_PARAMETERS (node, Parameters);
  const guint32 rows = gs_shape_elements (forward->y) / forward->columns;
  GsTensor *a = node->inputs[0], *b = node->inputs[1];

  if (forward->a_step != 1 || forward->b_step != 1)
    gs_graph_fail (g, GS_ERROR_UNSUPPORTED, "gradients of gradients are not supported");
  if (wanted[0])
    dx[0] = add (g, dy, b, &(Parameters) { .y = a->shape, .columns = forward->depth,
                                           .depth = forward->columns, .a_row = forward->columns,
                                           .a_step = 1, .b_row = 1, .b_step = forward->depth,
                                           .scale = forward->scale, .dtype = a->dtype });
  if (wanted[1])
    dx[1] = add (g, dy, a, &(Parameters) { .y = b->shape, .columns = forward->depth,
                                           .depth = rows, .a_row = 1,
                                           .a_step = forward->columns, .b_row = 1,
                                           .b_step = forward->depth, .scale = forward->scale,
                                           .dtype = b->dtype });
}

GsTensor *
gs_product (GsGraph *g, GsTensor *x, GsTensor *weight, float scale)
{
  const guint32 columns = weight->shape.w, depth = x->shape.c;

  return add (g, x, weight, &(Parameters) { .y = { x->shape.n, x->shape.h, x->shape.w, columns },
                                            .columns = columns, .depth = depth, .a_row = depth,
                                            .a_step = 1, .b_row = depth, .b_step = 1,
                                            .scale = scale, .dtype = g->dtype });
}
