/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrix products: nodes, fusing. */
#include "ops/matmul-private.h"

#include "ops/concat-private.h"
#include "ops/ops.h"
#include "ops/unary-private.h"

#include "matmul.h"
#include "unary.h"

/* ---- Nodes ---- */

GsTensor *
gs_matmul_add_node (GsGraph *g, const GsOpClass *klass, const char *name, GsTensor *x,
                    const guint64 *dims, guint n_dims, const GsMatmulParameters *parameters)
{
  GS_SCOPE (g, "%s", name);
  GsTensor *operands[GS_MATMUL_N_OPERANDS] = { gs_pad_channels (g, x) }, *y;

  operands[GS_MATMUL_WEIGHT] = gs_graph_weight (g, "weight", dims, n_dims, &gs_layout_matmul);
  if (gs_graph_has_weight (g, "bias"))
    operands[GS_MATMUL_BIAS] = gs_graph_weight (g, "bias", dims, 1, &gs_layout_vector);
  y = gs_graph_add (g, klass, NULL, operands, GS_MATMUL_N_OPERANDS, parameters,
                    sizeof *parameters);
  return g->adapt != NULL ? g->adapt (g, operands[GS_MATMUL_WEIGHT], x, y, g->adapt_data) : y;
}

void
gs_matmul_record (GsNode *node, GsCommands *commands)
{
  GsDevice *device = gs_commands_get_device (commands);
  const GsMatmulParameters *parameters = GS_OP_PARAMETERS (node, const GsMatmulParameters);
  GsMatmulVariant variant = gs_matmul_choose (device);
  GsMatmulTile tile;

  if (variant <= GS_MATMUL_TUNED)
    {
      gs_matmul_choose_tile (device, variant, node->inputs, node->output, parameters, &tile);
      variant = tile.variant;
    }
  gs_matmul_dispatch (commands, variant, &tile, node, node->inputs, node->output, node->second,
                      parameters);
}

guint32
gs_matmul_depth (GsTensor *const *operands)
{
  const GsTensor *x2 = operands[GS_MATMUL_X2];

  return operands[GS_MATMUL_X]->shape.c + (x2 != NULL ? x2->shape.c : 0);
}

guint32
gs_matmul_shortcut_depth (GsTensor *const *operands)
{
  const GsTensor *x = operands[GS_MATMUL_SHORTCUT_X], *x2 = operands[GS_MATMUL_SHORTCUT_X2];

  return (x != NULL ? x->shape.c : 0) + (x2 != NULL ? x2->shape.c : 0);
}

guint32
gs_matmul_columns (const GsMatmulParameters *parameters, const GsTensor *y)
{
  return parameters->activation == GS_MATMUL_GEGLU ? 2 * y->shape.c : y->shape.c;
}

double
gs_matmul_flop (const GsNode *node)
{
  const GsMatmulParameters *parameters = GS_OP_PARAMETERS (node, const GsMatmulParameters);

  return 2.0 * gs_shape_pixels (node->output->shape)
         * gs_matmul_columns (parameters, node->output)
         * (parameters->kernel * parameters->kernel * gs_matmul_depth (node->inputs)
            + gs_matmul_shortcut_depth (node->inputs));
}

static gboolean
absorb_add (GsNode *node, GsNode *user)
{
  const guint own = gs_tensor_root (user->inputs[0]) == node->output ? 0 : 1;
  GsTensor *other = user->inputs[1 - own];
  const GsShape y = user->inputs[own]->shape, b = other->shape;
  const gboolean per_sample = b.n == y.n && b.h == 1 && b.w == 1 && b.c == y.c;

  if (node->inputs[GS_MATMUL_ADD] != NULL || !gs_shape_equal (user->output->shape, y)
      || !(gs_shape_equal (b, y) || per_sample))
    return FALSE;
  node->inputs[GS_MATMUL_ADD] = other;
  return TRUE;
}

/* The kernels want both halves of the columns to be whole panels, and do nothing else with them. */
static gboolean
absorb_geglu (GsNode *node)
{
  if (node->inputs[GS_MATMUL_ADD] != NULL || node->output->shape.c % (2 * GS_MATMUL_PANEL) != 0)
    return FALSE;
  GS_OP_PARAMETERS (node, GsMatmulParameters)->activation = GS_MATMUL_GEGLU;
  return TRUE;
}

/* As every enlargement to 2 H or 2 H - 1 is: floor (i H / (2 H - 1)) = floor (i / 2) there. */
static gboolean
is_doubled (guint32 size, guint32 from)
{
  return size == 2 * from || size == 2 * from - 1;
}

static gboolean
absorb_upsample (GsNode *node, const GsNode *producer)
{
  GsMatmulParameters *parameters = GS_OP_PARAMETERS (node, GsMatmulParameters);
  const GsShape y = node->output->shape, enlarged = producer->output->shape;
  const GsShape x = producer->inputs[0]->shape;

  if (parameters->upsample > 0 || gs_matmul_is_pointwise (parameters)
      || y.h != enlarged.h || y.w != enlarged.w /* the kernels are told one size */
      || !is_doubled (enlarged.h, x.h) || !is_doubled (enlarged.w, x.w))
    return FALSE;
  parameters->upsample = 1;
  node->inputs[GS_MATMUL_X] = producer->inputs[0];
  return TRUE;
}

gboolean
gs_matmul_absorb_input (GsNode *node, guint k)
{
  const GsNode *producer = node->inputs[k]->producer;

  if (k != GS_MATMUL_X || node->inputs[GS_MATMUL_X2] != NULL)
    return FALSE;
  if (g_str_equal (producer->klass->name, "upsample"))
    return absorb_upsample (node, producer);
  if (!gs_concat_is_of_fours (producer))
    return FALSE;
  if (gs_dtype_block (node->inputs[GS_MATMUL_WEIGHT]->dtype) > 1
      && producer->inputs[0]->shape.c % 32 != 0) /* a block would be of both */
    return FALSE;
  node->inputs[GS_MATMUL_X] = producer->inputs[0];
  node->inputs[GS_MATMUL_X2] = producer->inputs[1];
  return TRUE;
}

gboolean
gs_matmul_absorb (GsNode *node, GsNode *user)
{
  GsMatmulParameters *parameters = GS_OP_PARAMETERS (node, GsMatmulParameters);
  const GsShape y = node->output->shape, seen = user->output->shape;
  int function;

  if (parameters->activation != 0)
    return FALSE; /* it comes last in the kernel */
  if (g_str_equal (user->klass->name, "geglu"))
    return gs_shape_equal (user->inputs[0]->shape, y) && absorb_geglu (node);
  if (!gs_shape_equal (seen, y)
      && !(gs_matmul_is_pointwise (parameters) && gs_shape_pixels (seen) == gs_shape_pixels (y)
           && seen.c == y.c))
    return FALSE;
  if (g_str_equal (user->klass->name, "add"))
    return absorb_add (node, user);
  function = gs_unary_get_function (user);
  if (function < GS_UNARY_SILU || function > GS_UNARY_RELU)
    return FALSE;
  parameters->activation = function + 1;
  return TRUE;
}

/* The kernels read it as one more tap, above the middle. */
static gboolean
takes_shortcut (const GsNode *node, const GsNode *shortcut)
{
  const GsMatmulParameters *own = GS_OP_PARAMETERS (node, const GsMatmulParameters);
  const GsMatmulParameters *other = GS_OP_PARAMETERS (shortcut, const GsMatmulParameters);
  const GsShape x = node->inputs[GS_MATMUL_X]->shape, y = node->output->shape;
  const GsShape seen = shortcut->inputs[GS_MATMUL_X]->shape;

  return gs_matmul_is_pointwise (other) && other->activation == 0 && other->upsample == 0
         && shortcut->inputs[GS_MATMUL_ADD] == NULL
         && !gs_matmul_is_pointwise (own) && own->stride == 1 && own->upsample == 0
         && own->pad == own->kernel / 2 && x.h == y.h && x.w == y.w
         && seen.n == y.n && seen.h == y.h && seen.w == y.w
         && shortcut->inputs[GS_MATMUL_WEIGHT]->dtype == node->inputs[GS_MATMUL_WEIGHT]->dtype;
}

gboolean
gs_matmul_absorb_shortcut (GsNode *node, guint k)
{
  static const guint from[][2] = {
    { GS_MATMUL_SHORTCUT_X, GS_MATMUL_X },
    { GS_MATMUL_SHORTCUT_WEIGHT, GS_MATMUL_WEIGHT },
    { GS_MATMUL_SHORTCUT_BIAS, GS_MATMUL_BIAS },
    { GS_MATMUL_SHORTCUT_X2, GS_MATMUL_X2 },
  };
  const GsNode *shortcut = gs_tensor_root (node->inputs[k])->producer;

  if (k != GS_MATMUL_ADD || shortcut->klass->record != gs_matmul_record
      || node->inputs[GS_MATMUL_SHORTCUT_X] != NULL
      || !gs_shape_equal (node->inputs[k]->shape, node->output->shape)
      || !takes_shortcut (node, shortcut))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (from); i++)
    node->inputs[from[i][0]] = shortcut->inputs[from[i][1]];
  node->inputs[GS_MATMUL_ADD] = NULL;
  return TRUE;
}

guint64
gs_matmul_block_bytes (const GsNode *node)
{
  return node->inputs[GS_MATMUL_SHORTCUT_X] != NULL ? sizeof (struct GsMatmulShortcut) : 0;
}
