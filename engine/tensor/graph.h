/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A graph says what is computed, in the order in which it is built. Shapes are inferred as nodes are
 * added. Errors are sticky: after the first one every builder call returns a harmless tensor, and
 * gs_graph_finish() reports it, so that model code stays a diagram.
 */
#pragma once

#include "tensor/tensor.h"
#include "tensor/weights.h"

G_BEGIN_DECLS

#define GS_MAX_OPERANDS 12
#define GS_MAX_PARAMETERS_BYTES 64

struct _GsNode
{
  const GsOpClass *klass;
  GsGraph  *graph;
  char     *name;   /* the scopes it was built in: "unet.mid_block.resnets.0.conv1" */
  GsTensor *inputs[GS_MAX_OPERANDS]; /* may have NULL holes for optional operands */
  guint     n_inputs;
  GsTensor *output;
  GsTensor *second; /* what it leaves beside that for a node that asked for it, or NULL */
  /* The op's own settings (a small struct of the op's .c). */
  union
  {
    guint8  bytes[GS_MAX_PARAMETERS_BYTES];
    guint64 align;
  } parameters;
  guint64 scratch_bytes;  /* filled by the program: memory it needs while it runs */
  GsBuffer *scratch;
  guint64 scratch_offset; /* filled by the planner                                */
  guint64 block_bytes;    /* the same of its block of constants (tensor/op-class.h) */
  GsBuffer *block;
  guint64 block_offset;
  guint index;
  gboolean dead; /* its output is not needed: fused away or never asked for */
};

struct _GsGraph
{
  char      *name;
  GsDtype    dtype;   /* of activations: F32 or F16 */
  GsWeights *weights; /* borrowed */
  GPtrArray *nodes;   /* GsNode, in order of execution */
  GPtrArray *tensors; /* GsTensor, owned               */
  GPtrArray *outputs; /* GsTensor, in the order asked  */
  gboolean   outputs_stay; /* on the device, for gs_program_run_into(): the host reads none */
  /* What is trained beside a layer's weight: y with something of x added, or y. NULL: nothing is. */
  GsTensor *(*adapt) (GsGraph *graph, const GsTensor *weight, GsTensor *x, GsTensor *y,
                      gpointer data);
  gpointer   adapt_data;
  GString   *scope;
  GError    *error;   /* the first one */
};

/* name: the first scope ("unet"), which is also the component prefix of weight names.
 * dtype: of activations. weights: borrowed, must outlive the graph. */
GsGraph *gs_graph_new  (const char *name, GsDtype dtype, GsWeights *weights);
void     gs_graph_free (GsGraph *graph);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsGraph, gs_graph_free)

/* Opens a scope until the end of the C block: GS_SCOPE (g, "resnets.%d", i); */
#define GS_SCOPE(graph, ...)                                                                       \
  __attribute__ ((cleanup (gs_graph_leave_scope), unused))                                         \
  GsScope G_PASTE (gs_scope_, __LINE__) = gs_graph_enter_scope (graph, __VA_ARGS__)

typedef struct
{
  GsGraph *graph;
  gsize    length;
} GsScope;

GsScope gs_graph_enter_scope (GsGraph *graph, const char *format, ...) G_GNUC_PRINTF (2, 3);
void    gs_graph_leave_scope (GsScope *scope);

/* A tensor that the host fills before each run. dtype F32 and F16 are filled from floats. */
GsTensor *gs_graph_input (GsGraph *graph, const char *name, GsShape shape, GsDtype dtype);

/* Marks a tensor to be read back. Returns it. */
GsTensor *gs_graph_output (GsGraph *graph, GsTensor *tensor);

/* The weight called name in the current scope, with these sizes in the checkpoint. A scope or name
 * of the form "{a,b}" means several weights along the first dimension: nn/weight-source.h. */
GsTensor *gs_graph_weight (GsGraph *graph, const char *name, const guint64 *dims, guint n_dims,
                           const GsLayout *layout);
/* The weight in another layout, which gradients may want. */
GsTensor *gs_graph_weight_in (GsGraph *graph, const GsTensor *weight, const GsLayout *layout);
/* Whether the checkpoint has a weight of that name in the current scope. */
gboolean  gs_graph_has_weight (GsGraph *graph, const char *name);

/* The first input or weight of that name ("unet.conv_in.weight"); NULL if there is none. */
GsTensor *gs_graph_find (GsGraph *graph, const char *name);

/* The same memory under other sizes with as many elements. */
GsTensor *gs_reshape (GsGraph *graph, GsTensor *x, GsShape shape);

/* Some of x's channels, in its memory: for ops that take slices (see tensor/op-class.h). */
GsTensor *gs_slice   (GsGraph *graph, GsTensor *x, guint32 first, guint32 channels);

/* Fails the graph (first error wins); the message gets the current scope in front. */
void gs_graph_fail (GsGraph *graph, int code, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* For ops: adds a node; infer() is called and gives the output's shape. name may be NULL. */
GsTensor *gs_graph_add (GsGraph *graph, const GsOpClass *klass, const char *name,
                        GsTensor *const *inputs, guint n_inputs, gconstpointer parameters,
                        gsize parameters_bytes);

/* Has a node of a finished graph make another tensor, for later nodes. */
GsTensor *gs_graph_add_second (GsNode *node, GsShape shape, GsDtype dtype);

/* To be called once, when all outputs are marked: FALSE with the first error; else drops what no
 * output needs and fuses. */
gboolean gs_graph_finish (GsGraph *graph, GError **error);

/* Counted floating-point operations of one run, and bytes of operands moved. */
double gs_graph_flop  (GsGraph *graph);

/* The graph as text, a line a node. */
char *gs_graph_print (GsGraph *graph);

G_END_DECLS
