/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y[..., c] = x[..., c + first], zeros where x ends: channels taken out, or put among zeros. */
#include "ops/gradient-private.h"
#include "ops/op.h"

#include "channels.h"

typedef struct
{
  guint32 first; /* modulo 2^32 */
  guint32 channels;
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  node->output->shape = node->inputs[0]->shape;
  node->output->shape.c = GS_OP_PARAMETERS (node, Parameters)->channels;
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const Parameters *parameters = GS_OP_PARAMETERS (node, Parameters);
  const guint64 elements = gs_shape_elements (node->output->shape);
  const struct GsChannelsPush push = {
    .x = gs_op_read (commands, node->inputs[0]),
    .y = gs_op_write (commands, node->output),
    .x_channels = node->inputs[0]->shape.c,
    .channels = parameters->channels,
    .first = parameters->first,
    .elements = elements,
  };

  gs_op_dispatch_line (commands, gs_op_kernel (commands, "channels", node->output->dtype, NULL, 0),
                       &push, sizeof push, gs_groups (elements, 256), elements * 8.0);
}

static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  dx[0] = gs_channels (g, dy, -GS_OP_PARAMETERS (node, Parameters)->first,
                       node->inputs[0]->shape.c);
}

const GsOpClass gs_op_channels = {
  "channels",
  .infer = infer,
  .record = record,
  .backward = backward,
};

GsTensor *
gs_channels (GsGraph *g, GsTensor *x, guint32 first, guint32 channels)
{
  const Parameters parameters = { first, channels };

  if (first == 0 && channels == x->shape.c)
    return x;
  return gs_graph_add (g, &gs_op_channels, NULL, &x, 1, &parameters, sizeof parameters);
}
