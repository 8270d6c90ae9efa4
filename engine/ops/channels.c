/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y[..., c] = x[..., c + first], zeros where x ends: channels taken out, or put among zeros; and added to a
 * tensor. */
#include "ops/gradient-private.h"
#include "ops/op.h"

#include "channels.h"

enum
{
  X,
  ADD, /* of y's shape, or NULL */
};

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
  const guint32 x_channels = node->inputs[X]->shape.c;
  const guint32 fours = x_channels % 4 == 0 && parameters->channels % 4 == 0
                        && parameters->first % 4 == 0;
  const struct GsChannelsPush push = {
    .x = gs_op_read (commands, node->inputs[X]),
    .add = gs_op_read (commands, node->inputs[ADD]),
    .y = gs_op_write (commands, node->output),
    .x_channels = x_channels,
    .channels = parameters->channels,
    .first = parameters->first,
    .elements = elements,
  };

  gs_op_dispatch_line (commands, gs_op_kernel (commands, "channels", node->output->dtype, &fours, 1),
                       &push, sizeof push, gs_groups (elements, 256), elements * 8.0);
}

static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  dx[0] = gs_channels (g, dy, -GS_OP_PARAMETERS (node, Parameters)->first,
                       node->inputs[0]->shape.c);
}

/* Takes over the addition of a tensor of y's shape. */
static gboolean
absorb (GsNode *node, GsNode *user)
{
  const GsTensor *y = node->output;
  GsTensor *other;
  guint own;

  if (node->inputs[ADD] != NULL || !g_str_equal (user->klass->name, "add"))
    return FALSE;
  own = gs_tensor_root (user->inputs[0]) == y ? 0 : 1;
  other = user->inputs[1 - own];
  if (!gs_shape_equal (user->output->shape, y->shape) || !gs_shape_equal (other->shape, y->shape)
      || other->dtype != y->dtype || user->output->dtype != y->dtype)
    return FALSE;
  node->inputs[ADD] = other;
  return TRUE;
}

const GsOpClass gs_op_channels = {
  "channels",
  .infer = infer,
  .record = record,
  .backward = backward,
  .absorb = absorb,
};

GsTensor *
gs_channels (GsGraph *g, GsTensor *x, guint32 first, guint32 channels)
{
  const Parameters parameters = { first, channels };

  if (first == 0 && channels == x->shape.c)
    return x;
  return gs_graph_add (g, &gs_op_channels, NULL, (GsTensor *[]) { x, NULL }, 2, &parameters,
                       sizeof parameters);
}
