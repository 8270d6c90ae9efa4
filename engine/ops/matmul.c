/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrix products: weight panels, nodes, fusing. */
#include "ops/matmul-private.h"

#include "ops/ops.h"
#include "ops/unary-private.h"

#include "base/half.h"
#include "matmul.h"
#include "unary.h"

#include <string.h>

/* ---- Weights ---- */

typedef struct
{
  guint64 columns, channels, taps;
  guint64 fours; /* of channels */
} PanelSizes;

static PanelSizes
panel_sizes (const guint64 *dims, guint n_dims)
{
  PanelSizes sizes = { .columns = dims[0], .channels = n_dims > 1 ? dims[1] : 1, .taps = 1 };

  for (guint i = 2; i < n_dims; i++)
    sizes.taps *= dims[i];
  sizes.fours = (sizes.channels + 3) / 4;
  return sizes;
}

static guint64
panels_bytes (const guint64 *dims, guint n_dims, GsDtype dtype)
{
  const PanelSizes s = panel_sizes (dims, n_dims);

  return gs_groups (s.columns, GS_MATMUL_PANEL) * s.taps * s.fours * 4 * GS_MATMUL_PANEL
         * gs_dtype_bytes (dtype);
}

/* Elements first ... first + n - 1 of the source as halfs or floats. */
static void
convert (const GsHostTensor *source, guint64 first, guint64 n, GsDtype dtype, gpointer out)
{
  const gsize source_bytes = gs_dtype_bytes (source->dtype);

  if (dtype == source->dtype)
    memcpy (out, (const guint8 *) source->data + first * source_bytes, n * source_bytes);
  else if (dtype == GS_DTYPE_F16)
    for (guint64 i = 0; i < n; i++)
      ((guint16 *) out)[i] = gs_half_from_float (gs_host_tensor_get (source, first + i));
  else
    for (guint64 i = 0; i < n; i++)
      ((float *) out)[i] = gs_host_tensor_get (source, first + i);
}

/* Writes one panel from its columns, each (channels, taps) elements; both element types have an
 * all-zero-bits zero. */
#define DEFINE_PACK_PANEL(name, Element)                                                           \
  static Element *name (const PanelSizes *s, const Element *columns, guint64 n_columns,            \
                        Element *out)                                                              \
  {                                                                                                \
    for (guint64 tap = 0; tap < s->taps; tap++)                                                    \
      for (guint64 c = 0; c < s->fours * 4; c++)                                                   \
        for (guint64 n = 0; n < GS_MATMUL_PANEL; n++)                                              \
          *out++ = n < n_columns && c < s->channels                                                \
                     ? columns[(n * s->channels + c) * s->taps + tap] : 0;                         \
    return out;                                                                                    \
  }

DEFINE_PACK_PANEL (pack_panel_16, guint16)
DEFINE_PACK_PANEL (pack_panel_32, guint32)

static void
panels_pack (const GsHostTensor *source, GsDtype dtype, gpointer destination)
{
  const PanelSizes s = panel_sizes (source->dims, source->n_dims);
  const guint64 column_elements = s.channels * s.taps;
  g_autofree gpointer columns = g_malloc (GS_MATMUL_PANEL * column_elements
                                          * gs_dtype_bytes (dtype));

  for (guint64 n = 0; n < s.columns; n += GS_MATMUL_PANEL)
    {
      const guint64 n_columns = MIN (GS_MATMUL_PANEL, s.columns - n);

      convert (source, n * column_elements, n_columns * column_elements, dtype, columns);
      if (dtype == GS_DTYPE_F16)
        destination = pack_panel_16 (&s, columns, n_columns, destination);
      else
        destination = pack_panel_32 (&s, columns, n_columns, destination);
    }
}

const GsLayout gs_layout_matmul = {
  .name = "matmul",
  .bytes = panels_bytes,
  .pack = panels_pack,
};

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
  GsDevice *device = gs_commands_get_device (commands);
  const GsMatmulParameters *parameters = GS_OP_PARAMETERS (node, const GsMatmulParameters);
  GsMatmulVariant variant = gs_matmul_choose (device);
  GsMatmulTile tile;

  if (variant <= GS_MATMUL_TUNED)
    {
      gs_matmul_choose_tile (device, variant, node->inputs, node->output, parameters, &tile);
      variant = tile.variant;
    }
  gs_matmul_dispatch (commands, variant, &tile, node->inputs, node->output, parameters);
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
