/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Building a graph: scopes, sticky errors, shape inference. */
#include "tensor/graph.h"

#include "tensor/fuse.h"
#include "tensor/op-class.h"

#include <string.h>

static void
node_free (gpointer data)
{
  GsNode *node = data;

  g_free (node->name);
  g_free (node);
}

static void
tensor_free (gpointer data)
{
  GsTensor *tensor = data;

  g_free (tensor->name);
  g_free (tensor);
}

GsGraph *
gs_graph_new (const char *name, GsDtype dtype, GsWeights *weights)
{
  GsGraph *graph = g_new0 (GsGraph, 1);

  graph->name = g_strdup (name);
  graph->dtype = dtype;
  graph->weights = weights;
  graph->nodes = g_ptr_array_new_with_free_func (node_free);
  graph->tensors = g_ptr_array_new_with_free_func (tensor_free);
  graph->outputs = g_ptr_array_new ();
  graph->scope = g_string_new (name);
  return graph;
}

void
gs_graph_free (GsGraph *graph)
{
  if (graph == NULL)
    return;
  g_ptr_array_unref (graph->nodes);
  g_ptr_array_unref (graph->tensors);
  g_ptr_array_unref (graph->outputs);
  g_string_free (graph->scope, TRUE);
  g_clear_error (&graph->error);
  g_free (graph->name);
  g_free (graph);
}

GsScope
gs_graph_enter_scope (GsGraph *graph, const char *format, ...)
{
  const GsScope scope = { graph, graph->scope->len };
  va_list args;

  if (graph->scope->len > 0)
    g_string_append_c (graph->scope, '.');
  va_start (args, format);
  g_string_append_vprintf (graph->scope, format, args);
  va_end (args);
  return scope;
}

void
gs_graph_leave_scope (GsScope *scope)
{
  g_string_truncate (scope->graph->scope, scope->length);
}

static char *
scoped_name (GsGraph *graph, const char *name)
{
  if (name == NULL)
    return g_strdup (graph->scope->str);
  if (graph->scope->len == 0)
    return g_strdup (name);
  return g_strdup_printf ("%s.%s", graph->scope->str, name);
}

void
gs_graph_fail (GsGraph *graph, int code, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  if (graph->error != NULL)
    return;
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  graph->error = g_error_new (GS_ERROR, code, "%s: %s", graph->scope->str, message);
}

GsTensor *
gs_tensor_root (GsTensor *tensor)
{
  while (tensor->kind == GS_TENSOR_VIEW)
    tensor = tensor->base;
  return tensor;
}

static GsTensor *
add_tensor (GsGraph *graph, GsTensorKind kind, GsShape shape, GsDtype dtype)
{
  GsTensor *tensor = g_new0 (GsTensor, 1);

  tensor->graph = graph;
  tensor->kind = kind;
  tensor->shape = shape;
  tensor->dtype = dtype;
  tensor->n_bytes = gs_shape_elements (shape) * gs_dtype_bytes (dtype);
  g_ptr_array_add (graph->tensors, tensor);
  return tensor;
}

GsTensor *
gs_graph_input (GsGraph *graph, const char *name, GsShape shape, GsDtype dtype)
{
  GsTensor *tensor = add_tensor (graph, GS_TENSOR_INPUT, shape, dtype);

  tensor->name = g_strdup (name);
  return tensor;
}

GsTensor *
gs_graph_output (GsGraph *graph, GsTensor *tensor)
{
  if (!tensor->is_output)
    g_ptr_array_add (graph->outputs, tensor);
  tensor->is_output = TRUE;
  return tensor;
}

/* Takes full_name. */
static GsTensor *
add_weight (GsGraph *graph, char *full_name, const guint64 *dims, guint n_dims,
            const GsLayout *layout)
{
  const GsShape shape = { 1, 1, 1, n_dims > 0 ? dims[0] : 1 };
  GsDtype dtype = GS_DTYPE_F32;
  GsTensor *tensor;

  if (graph->error == NULL
      && !graph->weights->klass->check (graph->weights, full_name, dims, n_dims, layout, &dtype,
                                        &graph->error))
    dtype = GS_DTYPE_F32;
  tensor = add_tensor (graph, GS_TENSOR_WEIGHT, shape, dtype);
  tensor->name = full_name;
  tensor->layout = layout;
  tensor->n_dims = n_dims;
  memcpy (tensor->dims, dims, n_dims * sizeof *dims);
  tensor->n_bytes = layout->bytes (dims, n_dims, dtype);
  return tensor;
}

GsTensor *
gs_graph_weight (GsGraph *graph, const char *name, const guint64 *dims, guint n_dims,
                 const GsLayout *layout)
{
  return add_weight (graph, scoped_name (graph, name), dims, n_dims, layout);
}

GsTensor *
gs_graph_weight_in (GsGraph *graph, const GsTensor *weight, const GsLayout *layout)
{
  return add_weight (graph, g_strdup (weight->name), weight->dims, weight->n_dims, layout);
}

GsTensor *
gs_graph_find (GsGraph *graph, const char *name)
{
  for (guint i = 0; i < graph->tensors->len; i++)
    {
      GsTensor *tensor = graph->tensors->pdata[i];

      if ((tensor->kind == GS_TENSOR_INPUT || tensor->kind == GS_TENSOR_WEIGHT)
          && g_str_equal (tensor->name, name))
        return tensor;
    }
  return NULL;
}

gboolean
gs_graph_has_weight (GsGraph *graph, const char *name)
{
  g_autofree char *full_name = scoped_name (graph, name);

  return graph->weights->klass->has (graph->weights, full_name);
}

GsTensor *
gs_reshape (GsGraph *graph, GsTensor *x, GsShape shape)
{
  GsTensor *view;

  if (gs_shape_elements (shape) != gs_shape_elements (x->shape))
    {
      gs_graph_fail (graph, GS_ERROR_UNSUPPORTED, "cannot reshape %ux%ux%ux%u to %ux%ux%ux%u",
                     x->shape.n, x->shape.h, x->shape.w, x->shape.c, shape.n, shape.h, shape.w,
                     shape.c);
    }
  g_assert (x->pitch == 0);
  view = add_tensor (graph, GS_TENSOR_VIEW, shape, x->dtype);
  view->base = x;
  return view;
}

GsTensor *
gs_slice (GsGraph *graph, GsTensor *x, guint32 first, guint32 channels)
{
  GsShape shape = x->shape;
  GsTensor *slice;

  if (graph->error != NULL) /* x may be what a failed node has left */
    return x;
  g_assert (first + channels <= x->shape.c && x->pitch == 0);
  shape.c = channels;
  slice = add_tensor (graph, GS_TENSOR_VIEW, shape, x->dtype);
  slice->base = x;
  slice->first = first;
  slice->pitch = x->shape.c;
  return slice;
}

GsTensor *
gs_graph_add (GsGraph *graph, const GsOpClass *klass, const char *name, GsTensor *const *inputs,
              guint n_inputs, gconstpointer parameters, gsize parameters_bytes)
{
  GsNode *node = g_new0 (GsNode, 1);
  g_autoptr (GError) error = NULL;

  g_assert (n_inputs <= GS_MAX_OPERANDS && parameters_bytes <= GS_MAX_PARAMETERS_BYTES);
  node->klass = klass;
  node->graph = graph;
  node->name = scoped_name (graph, name);
  node->n_inputs = n_inputs;
  memcpy (node->inputs, inputs, n_inputs * sizeof *inputs);
  if (parameters_bytes > 0)
    memcpy (node->parameters.bytes, parameters, parameters_bytes);
  node->index = graph->nodes->len;
  g_ptr_array_add (graph->nodes, node);

  node->output = add_tensor (graph, GS_TENSOR_ACTIVATION, inputs[0]->shape, graph->dtype);
  node->output->producer = node;
  for (guint i = 0; i < n_inputs; i++)
    g_assert (inputs[i] == NULL || inputs[i]->pitch == 0 || klass->takes_slices);
  if (graph->error == NULL && !klass->infer (node, &error))
    gs_graph_fail (graph, GS_ERROR_UNSUPPORTED, "%s: %s", klass->name, error->message);
  node->output->n_bytes = gs_shape_elements (node->output->shape)
                          * gs_dtype_bytes (node->output->dtype);
  return node->output;
}

GsTensor *
gs_graph_add_second (GsNode *node, GsShape shape, GsDtype dtype)
{
  g_assert (node->second == NULL);
  node->second = add_tensor (node->graph, GS_TENSOR_ACTIVATION, shape, dtype);
  node->second->producer = node;
  return node->second;
}

gboolean
gs_graph_finish (GsGraph *graph, GError **error)
{
  if (graph->error != NULL)
    {
      g_propagate_error (error, g_error_copy (graph->error));
      return FALSE;
    }
  gs_graph_fuse (graph);
  return TRUE;
}

double
gs_graph_flop (GsGraph *graph)
{
  double flop = 0;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      GsNode *node = g_ptr_array_index (graph->nodes, i);

      if (!node->dead && node->klass->flop != NULL)
        flop += node->klass->flop (node);
    }
  return flop;
}

char *
gs_graph_print (GsGraph *graph)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      GsNode *node = g_ptr_array_index (graph->nodes, i);
      const GsShape *y = &node->output->shape;

      if (node->dead)
        continue;
      g_string_append_printf (text, "%4u %-12s (%u, %u, %u, %u) %s", i, node->klass->name, y->n,
                              y->h, y->w, y->c, node->name);
      for (guint k = 0; k < node->n_inputs; k++)
        {
          GsTensor *x = node->inputs[k] != NULL ? gs_tensor_root (node->inputs[k]) : NULL;

          if (x != NULL && x->producer != NULL)
            g_string_append_printf (text, " %u", x->producer->index);
          else if (x != NULL)
            g_string_append_printf (text, " %s", x->name);
        }
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}
