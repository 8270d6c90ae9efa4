/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fewer nodes that compute the same: what nobody needs is dropped, and what ops can do along with
 * their own work is taken over by them. */
#include "tensor/fuse.h"

#include "tensor/op-class.h"

/* Marks the nodes that no output depends on. */
static void
drop_unused (GsGraph *graph)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      GsNode *node = g_ptr_array_index (graph->nodes, i);
      node->dead = TRUE;
    }
  for (guint i = 0; i < graph->tensors->len; i++)
    {
      GsTensor *tensor = g_ptr_array_index (graph->tensors, i);

      if (tensor->is_output && gs_tensor_root (tensor)->producer != NULL)
        gs_tensor_root (tensor)->producer->dead = FALSE;
    }
  /* Backwards, so that a needed node's own operands are marked before they are reached. */
  for (guint i = graph->nodes->len; i-- > 0;)
    {
      GsNode *node = g_ptr_array_index (graph->nodes, i);

      for (guint k = 0; !node->dead && k < node->n_inputs; k++)
        {
          GsTensor *root = node->inputs[k] != NULL ? gs_tensor_root (node->inputs[k]) : NULL;

          if (root != NULL && root->producer != NULL)
            root->producer->dead = FALSE;
        }
    }
}

/* Whether the host reads the tensor, or a view of it. */
static gboolean
is_read_back (GsGraph *graph, GsTensor *tensor)
{
  for (guint i = 0; i < graph->outputs->len; i++)
    if (gs_tensor_root (g_ptr_array_index (graph->outputs, i)) == tensor)
      return TRUE;
  return FALSE;
}

/* The only live node that uses the tensor, once; NULL if there are more, or the host does too. Views
 * are seen through: the order of elements is the same, and ops check the shapes that they need. */
static GsNode *
only_user (GsGraph *graph, GsTensor *tensor)
{
  GsNode *user = NULL;

  if (is_read_back (graph, tensor))
    return NULL;
  for (guint i = tensor->producer->index + 1; i < graph->nodes->len; i++)
    {
      GsNode *node = g_ptr_array_index (graph->nodes, i);

      for (guint k = 0; !node->dead && k < node->n_inputs; k++)
        if (node->inputs[k] != NULL && gs_tensor_root (node->inputs[k]) == tensor)
          {
            if (user != NULL)
              return NULL;
            user = node;
          }
    }
  return user;
}

static gboolean
all_inputs_before (GsNode *node, GsNode *user)
{
  for (guint k = 0; k < user->n_inputs; k++)
    {
      GsTensor *root = user->inputs[k] != NULL ? gs_tensor_root (user->inputs[k]) : NULL;

      if (root != NULL && root->producer != NULL && root->producer != node
          && root->producer->index > node->index)
        return FALSE;
    }
  return TRUE;
}

/* Lets a node read what is in front of its producers, where that is a matter of addresses. */
static void
take_over_producers (GsNode *node)
{
  for (guint k = 0; node->klass->absorb_input != NULL && k < node->n_inputs; k++)
    while (node->inputs[k] != NULL && node->inputs[k]->producer != NULL
           && node->klass->absorb_input (node, k))
      ;
}

/* Lets a node do what follows it: norm + SiLU, matrix product + residual ... */
static void
take_over_users (GsGraph *graph, GsNode *node)
{
  while (node->klass->absorb != NULL)
    {
      GsNode *user = only_user (graph, node->output);

      if (user == NULL || !all_inputs_before (node, user) || !node->klass->absorb (node, user))
        break;
      user->dead = TRUE;
      node->output = user->output;
      node->output->producer = node;
    }
}

static gboolean
absorbs_producers (const GsNode *node, GsDevice *device)
{
  return device == NULL ? node->klass->absorb_producer != NULL
                        : node->klass->absorb_producer_on != NULL;
}

static gboolean
absorb_producer (GsNode *node, guint k, GsDevice *device)
{
  return device == NULL ? node->klass->absorb_producer (node, k)
                        : node->klass->absorb_producer_on (node, k, device);
}

/* Lets a node do what is in front of it and serves it alone: on any device, or on this one. */
static void
take_over_work (GsGraph *graph, GsNode *node, GsDevice *device)
{
  for (guint k = 0; absorbs_producers (node, device) && k < node->n_inputs; k++)
    {
      GsTensor *root = node->inputs[k] != NULL ? gs_tensor_root (node->inputs[k]) : NULL;
      GsNode *producer = root != NULL ? root->producer : NULL;

      if (producer != NULL && only_user (graph, root) == node && absorb_producer (node, k, device))
        producer->dead = TRUE;
    }
}

void
gs_graph_fuse (GsGraph *graph)
{
  drop_unused (graph);
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      GsNode *node = g_ptr_array_index (graph->nodes, i);

      if (node->dead)
        continue;
      take_over_producers (node);
      take_over_users (graph, node);
      take_over_work (graph, node, NULL);
    }
  drop_unused (graph);
}

void
gs_graph_fuse_on (GsGraph *graph, GsDevice *device)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      GsNode *node = g_ptr_array_index (graph->nodes, i);

      if (node->dead)
        continue;
      take_over_work (graph, node, device);
      if (node->klass->ask_producers_on != NULL)
        node->klass->ask_producers_on (node, device);
    }
}
