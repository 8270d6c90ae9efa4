/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a table by their numbers, or all of them in order. */
#include "ops/gradient-private.h"
#include "ops/op.h"
#include "ops/ops.h"

#include "embedding.h"

static gboolean
infer (GsNode *node, GError **error)
{
  const GsTensor *table = node->inputs[0], *ids = node->inputs[1];

  if (ids != NULL && (ids->dtype != GS_DTYPE_U32 || ids->shape.c != 1))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED, "needs ids as (N, 1, T, 1) of U32");
      return FALSE;
    }
  node->output->shape = ids != NULL ? ids->shape : (GsShape) { 1, 1, table->dims[0], 0 };
  node->output->shape.c = table->dims[1];
  return TRUE;
}

static void
record (GsNode *node, GsCommands *commands)
{
  GsTensor *table = node->inputs[0];
  const guint64 elements = gs_shape_elements (node->output->shape);
  const guint32 table_is_f16 = table->dtype == GS_DTYPE_F16;
  const struct GsEmbeddingPush push = {
    .ids = gs_op_read (commands, node->inputs[1]),
    .table = gs_op_read (commands, table),
    .y = gs_op_write (commands, node->output),
    .elements = elements,
    .channels = table->dims[1],
    .rows = table->dims[0],
  };

  gs_op_dispatch_line (commands,
                       gs_op_kernel (commands, "embedding", node->output->dtype, &table_is_f16, 1),
                       &push, sizeof push, gs_groups (elements, 256), elements * 8.0);
}

static void
backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted, GsTensor **dx)
{
  dx[0] = gs_embedding_gradient (g, node->inputs[1], dy, node->inputs[0]->dims[0]);
}

const GsOpClass gs_op_embedding = {
  "embedding",
  .infer = infer,
  .record = record,
  .backward = backward,
};

static GsTensor *
embedding (GsGraph *g, const char *name, GsTensor *ids, guint32 rows, guint32 channels)
{
  const guint64 dims[] = { rows, channels };
  g_autofree char *weight_name = g_strconcat (name, ".weight", NULL);
  GsTensor *table = gs_graph_weight (g, weight_name, dims, 2, &gs_layout_rows);

  return gs_graph_add (g, &gs_op_embedding, name, (GsTensor *[]) { table, ids }, 2, NULL, 0);
}

GsTensor *
gs_embedding (GsGraph *g, const char *name, GsTensor *ids, guint32 rows, guint32 channels)
{
  return embedding (g, name, ids, rows, channels);
}

GsTensor *
gs_parameter_rows (GsGraph *g, const char *name, guint32 rows, guint32 channels)
{
  return embedding (g, name, NULL, rows, channels);
}
