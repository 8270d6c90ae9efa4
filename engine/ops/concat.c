/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = [a | b | 0] along the channels. */
#include "ops/concat-private.h"
#include "ops/gradient-private.h"
#include "ops/ops.h"

#include "concat.h"

typedef struct
{
  guint32 channels; /* of y */
} Parameters;

static gboolean
infer (GsNode *node, GError **error)
{
  const GsShape a = node->inputs[0]->shape;

  node->output->shape = a;
  node->output->shape.c = GS_OP_PARAMETERS (node, Parameters)->channels;
  if (node->inputs[1] != NULL)
    {
      const GsShape b = node->inputs[1]->shape;

      if (a.n != b.n || a.h != b.h || a.w != b.w)
        {
          g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                       "cannot join (%u, %u, %u, %u) and (%u, %u, %u, %u)", a.n, a.h, a.w, a.c, b.n,
                       b.h, b.w, b.c);
          return FALSE;
        }
    }
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  const guint64 elements = gs_shape_elements (node->output->shape);
  const struct GsConcatPush push = {
    .a = gs_op_read (commands, node->inputs[0]),
    .b = gs_op_read (commands, node->inputs[1]),
    .y = gs_op_write (commands, node->output),
    .a_channels = node->inputs[0]->shape.c,
    .b_channels = node->inputs[1] != NULL ? node->inputs[1]->shape.c : 0,
    .channels = node->output->shape.c,
    .elements = elements,
  };
  const guint32 fours = push.a_channels % 4 == 0 && push.b_channels % 4 == 0
                        && push.channels == push.a_channels + push.b_channels;

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "concat", node->output->dtype, &fours, 1),
                       &push, sizeof push, gs_groups (elements, 256), elements * 8.0);
}

static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  const guint32 a_channels = node->inputs[0]->shape.c;

  if (wanted[0])
    dx[0] = gs_channels (g, dy, 0, a_channels);
  if (wanted[1])
    dx[1] = gs_channels (g, dy, a_channels, node->inputs[1]->shape.c);
}

const GsOpClass gs_op_concat = {
  "concat",
  .infer = infer,
  .record = record,
  .backward = backward,
};

gboolean
gs_concat_is_of_fours (const GsNode *node)
{
  return node->klass == &gs_op_concat && node->inputs[1] != NULL
         && node->inputs[0]->shape.c % 4 == 0 && node->inputs[1]->shape.c % 4 == 0;
}

GsTensor *
gs_concat (GsGraph *g, GsTensor *a, GsTensor *b)
{
  const Parameters parameters = { a->shape.c + b->shape.c };

  return gs_graph_add (g, &gs_op_concat, NULL, (GsTensor *[]) { a, b }, 2, &parameters,
                       sizeof parameters);
}

GsTensor *
gs_pad_channels (GsGraph *g, GsTensor *x)
{
  const Parameters parameters = { (x->shape.c + 3) / 4 * 4 };

  if (parameters.channels == x->shape.c)
    return x;
  return gs_graph_add (g, &gs_op_concat, NULL, (GsTensor *[]) { x, NULL }, 2, &parameters,
                       sizeof parameters);
}
