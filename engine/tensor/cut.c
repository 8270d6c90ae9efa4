/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cutting a diagram where it ceases to depend on some inputs alone. */
#include "tensor/cut.h"

static gboolean
is_listed (const GsTensor *tensor, const char *const *inputs)
{
  return tensor->kind == GS_TENSOR_INPUT && g_strv_contains (inputs, tensor->name);
}

/* The set of nodes that depend on these inputs, and on nothing else but weights. */
static GHashTable *
find_prologue (GsGraph *graph, const char *const *inputs)
{
  GHashTable *prologue = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      GsNode *node = graph->nodes->pdata[i];
      gboolean depends = FALSE, only = TRUE;

      for (guint k = 0; k < node->n_inputs; k++)
        {
          GsTensor *root = node->inputs[k] != NULL ? gs_tensor_root (node->inputs[k]) : NULL;
          gboolean inside;

          if (root == NULL || root->kind == GS_TENSOR_WEIGHT)
            continue;
          inside = is_listed (root, inputs)
                   || (root->producer != NULL && g_hash_table_contains (prologue, root->producer));
          depends = depends || inside;
          only = only && inside;
        }
      if (depends && only)
        g_hash_table_add (prologue, node);
    }
  return prologue;
}

/* The prologue's results that other nodes use, each once, in the order of their nodes. */
static GPtrArray *
find_results (GsGraph *graph, GHashTable *prologue)
{
  GPtrArray *results = g_ptr_array_new ();
  g_autoptr (GHashTable) used = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      GsNode *node = graph->nodes->pdata[i];

      for (guint k = 0; k < node->n_inputs && !g_hash_table_contains (prologue, node); k++)
        if (node->inputs[k] != NULL)
          g_hash_table_add (used, gs_tensor_root (node->inputs[k]));
    }
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      GsNode *node = graph->nodes->pdata[i];

      if (!g_hash_table_contains (prologue, node) || !g_hash_table_contains (used, node->output))
        continue;
      if (!g_hash_table_add (names, node->name))
        gs_graph_fail (graph, GS_ERROR_UNSUPPORTED, "two results are called %s", node->name);
      g_ptr_array_add (results, node->output);
    }
  return results;
}

/* Inputs that nothing reads any more must not be asked for. */
static void
drop_inputs (GsGraph *graph, const char *const *inputs, gboolean listed)
{
  for (guint i = 0; i < graph->tensors->len; i++)
    {
      GsTensor *tensor = graph->tensors->pdata[i];

      if (tensor->kind == GS_TENSOR_INPUT && is_listed (tensor, inputs) == listed)
        tensor->kind = GS_TENSOR_UNUSED;
    }
}

void
gs_graph_keep_prologue (GsGraph *graph, const char *const *inputs, gboolean on_host)
{
  g_autoptr (GHashTable) prologue = find_prologue (graph, inputs);
  g_autoptr (GPtrArray) results = find_results (graph, prologue);

  for (guint i = 0; i < graph->outputs->len; i++)
    ((GsTensor *) graph->outputs->pdata[i])->is_output = FALSE;
  g_ptr_array_set_size (graph->outputs, 0);
  for (guint i = 0; i < results->len; i++)
    {
      GsTensor *result = gs_graph_output (graph, results->pdata[i]);

      result->name = g_strdup (result->producer->name);
    }
  graph->outputs_stay = !on_host;
  drop_inputs (graph, inputs, FALSE);
}

void
gs_graph_drop_prologue (GsGraph *graph, const char *const *inputs)
{
  g_autoptr (GHashTable) prologue = find_prologue (graph, inputs);
  g_autoptr (GPtrArray) results = find_results (graph, prologue);

  drop_inputs (graph, inputs, TRUE);
  for (guint i = 0; i < results->len; i++)
    {
      GsTensor *result = results->pdata[i];

      result->name = g_strdup (result->producer->name);
      result->kind = GS_TENSOR_INPUT;
      result->producer = NULL;
    }
}

/* ---- In the middle -------------------------------------------------------------------------- */

/* The results of nodes by their names, in order. */
static GPtrArray *
find_named (GsGraph *graph, const char *pattern)
{
  GPtrArray *found = g_ptr_array_new ();
  g_autoptr (GPatternSpec) spec = g_pattern_spec_new (pattern);
  g_autoptr (GHashTable) last = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      GsNode *node = graph->nodes->pdata[i];

      if (g_pattern_spec_match_string (spec, node->name))
        g_hash_table_insert (last, node->name, node);
    }
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      GsNode *node = graph->nodes->pdata[i];

      if (g_hash_table_lookup (last, node->name) == node)
        g_ptr_array_add (found, node->output);
    }
  if (found->len == 0)
    gs_graph_fail (graph, GS_ERROR_UNSUPPORTED, "nothing is called %s", pattern);
  return found;
}

void
gs_graph_export (GsGraph *graph, const char *pattern)
{
  g_autoptr (GPtrArray) found = find_named (graph, pattern);

  for (guint i = 0; i < found->len; i++)
    {
      GsTensor *result = gs_graph_output (graph, found->pdata[i]);

      result->name = g_strdup (result->producer->name);
    }
}

/* Marks what a tensor depends on. */
static void
mark (GHashTable *needed, GsTensor *tensor)
{
  GsTensor *root = gs_tensor_root (tensor);

  if (!g_hash_table_add (needed, root) || root->producer == NULL)
    return;
  for (guint k = 0; k < root->producer->n_inputs; k++)
    if (root->producer->inputs[k] != NULL)
      mark (needed, root->producer->inputs[k]);
}

void
gs_graph_import (GsGraph *graph, const char *pattern)
{
  g_autoptr (GPtrArray) found = find_named (graph, pattern);
  g_autoptr (GHashTable) needed = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < found->len; i++)
    {
      GsTensor *result = found->pdata[i];

      result->name = g_strdup (result->producer->name);
      result->kind = GS_TENSOR_INPUT;
      result->producer = NULL;
    }
  for (guint i = 0; i < graph->outputs->len; i++)
    mark (needed, graph->outputs->pdata[i]);
  for (guint i = 0; i < graph->tensors->len; i++)
    {
      GsTensor *tensor = graph->tensors->pdata[i];

      if (tensor->kind == GS_TENSOR_INPUT && !g_hash_table_contains (needed, tensor))
        tensor->kind = GS_TENSOR_UNUSED;
    }
}
