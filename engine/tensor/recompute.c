/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Repeating blocks of a graph. */
#include "tensor/recompute.h"

#include "tensor/op-class.h"

#include <string.h>

struct _GsRecompute
{
  GsGraph    *graph;
  guint       n_nodes; /* of the graph when it began        */
  guint      *blocks;  /* of each node: its block's number  */
  guint       n_blocks;
  gboolean   *repeated; /* of each block                    */
  GHashTable *copies;  /* GsTensor -> its repetition        */
};

/* How much of a node's name is its block's: up to the number behind the first of the words. 0: none. */
static gsize
block_length (const char *name, const char *const *words)
{
  for (guint i = 0; words[i] != NULL; i++)
    for (const char *at = strstr (name, words[i]); at != NULL; at = strstr (at + 1, words[i]))
      {
        const char *end = at + strlen (words[i]);
        gsize digits;

        if ((at > name && at[-1] != '.') || *end != '.')
          continue;
        digits = strspn (end + 1, "0123456789");
        if (digits > 0)
          return end + 1 + digits - name;
      }
  return 0;
}

/* Numbers the blocks; nodes of none get the number of the next one. */
static void
find_blocks (GsRecompute *self, const char *const *words)
{
  const char *current = NULL;
  gsize length = 0;
  guint first = 0; /* of the nodes that wait for a block */

  for (guint i = 0; i < self->n_nodes; i++)
    {
      const GsNode *node = self->graph->nodes->pdata[i];
      const gsize own = block_length (node->name, words);

      if (own == 0)
        continue;
      if (current == NULL || own != length || strncmp (node->name, current, own) != 0)
        {
          self->n_blocks++;
          current = node->name;
          length = own;
        }
      for (; first <= i; first++)
        self->blocks[first] = self->n_blocks - 1;
    }
  for (; first < self->n_nodes; first++)
    self->blocks[first] = self->n_blocks;
}

GsRecompute *
gs_recompute_new (GsGraph *graph, const char *const *words)
{
  GsRecompute *self = g_new0 (GsRecompute, 1);

  self->graph = graph;
  self->n_nodes = graph->nodes->len;
  self->blocks = g_new0 (guint, MAX (self->n_nodes, 1));
  find_blocks (self, words);
  self->repeated = g_new0 (gboolean, self->n_blocks + 1);
  self->copies = g_hash_table_new (NULL, NULL);
  return self;
}

void
gs_recompute_free (GsRecompute *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->copies);
  g_free (self->repeated);
  g_free (self->blocks);
  g_free (self);
}

/* The repetition of a tensor of the block, with the views on the way to it; else the tensor. */
static GsTensor *
copy_of (GsRecompute *self, GsTensor *tensor)
{
  GsTensor *copy, *base;

  if (tensor == NULL)
    return NULL;
  copy = g_hash_table_lookup (self->copies, tensor);
  if (copy != NULL || tensor->kind != GS_TENSOR_VIEW)
    return copy != NULL ? copy : tensor;
  base = copy_of (self, tensor->base);
  if (base == tensor->base)
    return tensor;
  copy = tensor->pitch > 0 ? gs_slice (self->graph, base, tensor->first, tensor->shape.c)
                           : gs_reshape (self->graph, base, tensor->shape);
  g_hash_table_insert (self->copies, tensor, copy);
  return copy;
}

static void
repeat_node (GsRecompute *self, const GsNode *node)
{
  GsTensor *inputs[GS_MAX_OPERANDS] = { NULL };
  GsTensor *copy;

  for (guint k = 0; k < node->n_inputs; k++)
    inputs[k] = copy_of (self, node->inputs[k]);
  GS_SCOPE (self->graph, "again.%s", node->name);
  copy = gs_graph_add (self->graph, node->klass, NULL, inputs, node->n_inputs,
                       node->parameters.bytes, sizeof node->parameters.bytes);
  g_hash_table_insert (self->copies, node->output, copy);
}

/* Copies are forgotten afterwards: other blocks read the kept values. */
static void
repeat_block (GsRecompute *self, guint block)
{
  g_hash_table_remove_all (self->copies);
  for (guint i = 0; i < self->n_nodes; i++)
    if (self->blocks[i] == block)
      repeat_node (self, self->graph->nodes->pdata[i]);
  self->repeated[block] = TRUE;
}

GsNode *
gs_recompute_node (GsRecompute *self, GsNode *node)
{
  guint block;
  GsTensor *copy;

  g_assert (node->index < self->n_nodes);
  block = self->blocks[node->index];
  if (block + 1 >= self->n_blocks || self->graph->error != NULL)
    return node;
  if (!self->repeated[block])
    repeat_block (self, block);
  copy = g_hash_table_lookup (self->copies, node->output);
  return copy != NULL && copy->producer != NULL ? copy->producer : node;
}
