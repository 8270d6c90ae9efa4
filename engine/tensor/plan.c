/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory planning. Lifetimes follow from the order of the nodes; blocks are placed largest first, each
 * at the lowest offset that is free during its whole life ("greedy by size": Pisarchyk and Lee,
 * "Efficient memory management for deep neural net inference").
 */
#include "tensor/plan.h"

#define BLOCK_ALIGNMENT 16 /* of nodes' constants, in bytes */

typedef struct
{
  GsTensor *tensor; /* or, if NULL, ... */
  GsNode   *node;   /* ... this node's scratch memory */
  guint     first, last; /* nodes by index, inclusive */
  guint64   n_bytes;
  guint64   offset;
} Block;

static guint64
align (guint64 n_bytes)
{
  return (n_bytes + GS_PLAN_ALIGNMENT - 1) / GS_PLAN_ALIGNMENT * GS_PLAN_ALIGNMENT;
}

static void
block_set_offset (const Block *block)
{
  if (block->tensor != NULL)
    block->tensor->offset = block->offset;
  else
    block->node->scratch_offset = block->offset;
}

static int
compare_sizes (gconstpointer a, gconstpointer b)
{
  const Block *x = a, *y = b;

  if (x->n_bytes != y->n_bytes)
    return x->n_bytes < y->n_bytes ? 1 : -1;
  return x->first < y->first ? -1 : x->first > y->first;
}

static int
compare_offsets (gconstpointer a, gconstpointer b)
{
  const Block *x = *(Block *const *) a, *y = *(Block *const *) b;

  return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Of a tensor that node makes. */
static void
add_block (GArray *blocks, const GsNode *node, GsTensor *tensor, GHashTable *last_use)
{
  const Block block = {
    .tensor = tensor,
    .first = node->index,
    .last = MAX (node->index, GPOINTER_TO_UINT (g_hash_table_lookup (last_use, tensor))),
    .n_bytes = tensor->n_bytes,
  };

  g_array_append_val (blocks, block);
}

/* What has to be placed, with lifetimes. */
static GArray *
collect_blocks (GsGraph *graph)
{
  GArray *blocks = g_array_new (FALSE, TRUE, sizeof (Block));
  g_autoptr (GHashTable) last_use = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      GsNode *node = g_ptr_array_index (graph->nodes, i);

      for (guint k = 0; !node->dead && k < node->n_inputs; k++)
        if (node->inputs[k] != NULL)
          g_hash_table_insert (last_use, gs_tensor_root (node->inputs[k]), GUINT_TO_POINTER (i));
    }
  for (guint i = 0; i < graph->tensors->len; i++)
    {
      GsTensor *tensor = g_ptr_array_index (graph->tensors, i);

      if (tensor->is_output) /* read back after the last node */
        g_hash_table_insert (last_use, gs_tensor_root (tensor),
                             GUINT_TO_POINTER (graph->nodes->len));
    }
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      GsNode *node = g_ptr_array_index (graph->nodes, i);

      if (node->dead)
        continue;
      add_block (blocks, node, node->output, last_use);
      if (node->second != NULL)
        add_block (blocks, node, node->second, last_use);
      if (node->scratch_bytes > 0)
        {
          const Block block = { .node = node, .first = i, .last = i, .n_bytes = node->scratch_bytes };

          g_array_append_val (blocks, block);
        }
    }
  return blocks;
}

/* The lowest offset at which the block meets none of those placed that live when it does. */
static guint64
find_gap (const Block *block, GPtrArray *placed, guint64 guard_bytes)
{
  guint64 offset = guard_bytes;

  for (guint i = 0; i < placed->len; i++)
    {
      const Block *other = g_ptr_array_index (placed, i);

      if (other->last < block->first || block->last < other->first)
        continue;
      if (offset + block->n_bytes + guard_bytes <= other->offset)
        break;
      offset = MAX (offset, align (other->offset + other->n_bytes + guard_bytes));
    }
  return offset;
}

guint64
gs_plan_arena (GsGraph *graph, guint64 guard_bytes)
{
  g_autoptr (GArray) blocks = collect_blocks (graph);
  g_autoptr (GPtrArray) placed = g_ptr_array_new ();
  guint64 end = 0;

  guard_bytes = align (guard_bytes);
  g_array_sort (blocks, compare_sizes);
  for (guint i = 0; i < blocks->len; i++)
    {
      Block *block = &g_array_index (blocks, Block, i);

      block->offset = find_gap (block, placed, guard_bytes);
      block_set_offset (block);
      end = MAX (end, align (block->offset + block->n_bytes + guard_bytes));
      g_ptr_array_add (placed, block);
      g_ptr_array_sort (placed, compare_offsets);
    }
  return end;
}

guint64
gs_plan_inputs (GsGraph *graph)
{
  guint64 end = 0;

  for (guint i = 0; i < graph->tensors->len; i++)
    {
      GsTensor *tensor = g_ptr_array_index (graph->tensors, i);

      if (tensor->kind != GS_TENSOR_INPUT)
        continue;
      tensor->offset = end;
      end = align (end + tensor->n_bytes);
    }
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      GsNode *node = g_ptr_array_index (graph->nodes, i);

      node->block_offset = end;
      end += (node->block_bytes + BLOCK_ALIGNMENT - 1) / BLOCK_ALIGNMENT * BLOCK_ALIGNMENT;
    }
  return align (end);
}
