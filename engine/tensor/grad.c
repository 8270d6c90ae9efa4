/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradients from the last node to the first. */
#include "tensor/grad.h"

#include "tensor/op-class.h"
#include "tensor/recompute.h"

typedef struct
{
  GsGraph    *graph;
  GHashTable *needed;    /* set of tensors (no views) on the way from the asked ones */
  GHashTable *gradients; /* GsTensor -> GsTensor: the sum of what has come so far    */
  GsRecompute *again;    /* or NULL: nothing is computed again                       */
} Reverse;

static gboolean
is_needed (const Reverse *reverse, GsTensor *tensor)
{
  return tensor != NULL && g_hash_table_contains (reverse->needed, gs_tensor_root (tensor));
}

/* What changes with the asked tensors. */
static void
find_needed (Reverse *reverse, GsTensor *const *tensors, guint n)
{
  for (guint i = 0; i < n; i++)
    g_hash_table_add (reverse->needed, gs_tensor_root (tensors[i]));
  for (guint i = 0; i < reverse->graph->nodes->len; i++)
    {
      GsNode *node = reverse->graph->nodes->pdata[i];

      for (guint k = 0; k < node->n_inputs; k++)
        if (is_needed (reverse, node->inputs[k]))
          g_hash_table_add (reverse->needed, node->output);
    }
}

/* One more user's part. Of a view it is the viewed tensor's as well. */
static void
accumulate (Reverse *reverse, GsTensor *tensor, GsTensor *part)
{
  GsTensor *sum = g_hash_table_lookup (reverse->gradients, tensor);

  g_hash_table_insert (reverse->gradients, tensor,
                       sum == NULL ? part : gs_gradient_ops.add (reverse->graph, sum, part));
  if (tensor->kind != GS_TENSOR_VIEW)
    return;
  accumulate (reverse, tensor->base,
              tensor->pitch > 0
                ? gs_gradient_ops.place (reverse->graph, part, tensor->first, tensor->pitch)
                : gs_reshape (reverse->graph, part, tensor->base->shape));
}

static void
go_back (Reverse *reverse, GsNode *node)
{
  GsTensor *dy = g_hash_table_lookup (reverse->gradients, node->output);
  GsTensor *dx[GS_MAX_OPERANDS] = { NULL };
  gboolean wanted[GS_MAX_OPERANDS] = { FALSE }, any = FALSE;
  GsNode *read = node; /* whose operands and output the rule reads */

  for (guint k = 0; k < node->n_inputs; k++)
    any |= wanted[k] = is_needed (reverse, node->inputs[k]);
  if (dy == NULL || !any)
    return;
  if (reverse->again != NULL)
    read = gs_recompute_node (reverse->again, node);
  GS_SCOPE (reverse->graph, "gradient.%s", node->name);
  if (node->klass->backward != NULL)
    node->klass->backward (reverse->graph, read, dy, wanted, dx);
  else
    gs_graph_fail (reverse->graph, GS_ERROR_UNSUPPORTED, "the op %s has no gradient",
                   node->klass->name);
  for (guint k = 0; k < node->n_inputs; k++)
    if (wanted[k] && dx[k] != NULL)
      accumulate (reverse, node->inputs[k], dx[k]);
}

void
gs_graph_gradients (GsGraph *graph, GsTensor *y, GsTensor *dy, GsTensor *const *tensors, guint n,
                    GsTensor **gradients)
{
  gs_graph_gradients_recomputed (graph, y, dy, tensors, n, gradients, NULL);
}

void
gs_graph_gradients_recomputed (GsGraph *graph, GsTensor *y, GsTensor *dy,
                               GsTensor *const *tensors, guint n, GsTensor **gradients,
                               const char *const *blocks)
{
  g_autoptr (GHashTable) needed = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) sums = g_hash_table_new (NULL, NULL);
  g_autoptr (GsRecompute) again = blocks != NULL ? gs_recompute_new (graph, blocks) : NULL;
  Reverse reverse = { graph, needed, sums, again };
  const guint n_nodes = graph->nodes->len; /* those that were there */

  if (!gs_shape_equal (y->shape, dy->shape))
    gs_graph_fail (graph, GS_ERROR_UNSUPPORTED, "a gradient needs its tensor's shape");
  find_needed (&reverse, tensors, n);
  accumulate (&reverse, y, dy);
  for (guint i = n_nodes; i-- > 0 && graph->error == NULL;)
    go_back (&reverse, graph->nodes->pdata[i]);
  for (guint i = 0; i < n; i++)
    {
      gradients[i] = g_hash_table_lookup (sums, tensors[i]);
      if (gradients[i] == NULL)
        {
          gs_graph_fail (graph, GS_ERROR_UNSUPPORTED, "the result does not depend on %s",
                         tensors[i]->name != NULL ? tensors[i]->name : "a tensor");
          gradients[i] = dy; /* harmless: the graph has failed */
        }
    }
}
