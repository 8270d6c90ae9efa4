/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reverse mode over a graph: what is built, what is not, and what fails. */
#include "tensor/grad.h"

#include "ops/ops.h"
#include "tensor/op-class.h"

#include <string.h>

static const GsShape shape = { 1, 1, 1, 4 };

static guint
count (GsGraph *graph, const char *op)
{
  guint n = 0;

  for (guint i = 0; i < graph->nodes->len; i++)
    n += g_str_equal (((GsNode *) graph->nodes->pdata[i])->klass->name, op);
  return n;
}

/* y = silu (a) + silu (b): the way to b is not walked if only a is asked for. */
static void
test_only_what_leads_there (void)
{
  g_autoptr (GsGraph) g = gs_graph_new ("g", GS_DTYPE_F32, NULL);
  GsTensor *a = gs_graph_input (g, "a", shape, GS_DTYPE_F32), *gradient;
  GsTensor *b = gs_graph_input (g, "b", shape, GS_DTYPE_F32);
  GsTensor *dy = gs_graph_input (g, "dy", shape, GS_DTYPE_F32);
  GsTensor *y = gs_add (g, gs_silu (g, a), gs_silu (g, b));

  gs_graph_gradients (g, y, dy, &a, 1, &gradient);
  g_assert_no_error (g->error);
  g_assert_true (gs_shape_equal (gradient->shape, shape));
  g_assert_cmpuint (count (g, "unary-gradient"), ==, 1);
}

/* x is used three times: directly, activated, and through a view. */
static void
test_several_users (void)
{
  g_autoptr (GsGraph) g = gs_graph_new ("g", GS_DTYPE_F32, NULL);
  GsTensor *x = gs_graph_input (g, "x", shape, GS_DTYPE_F32), *gradient;
  GsTensor *dy = gs_graph_input (g, "dy", shape, GS_DTYPE_F32);
  GsTensor *view = gs_reshape (g, gs_relu (g, gs_reshape (g, x, (GsShape) { 1, 2, 2, 1 })), shape);
  GsTensor *y = gs_add (g, gs_add (g, x, gs_silu (g, x)), view);

  gs_graph_gradients (g, y, dy, &x, 1, &gradient);
  g_assert_no_error (g->error);
  g_assert_true (gs_shape_equal (gradient->shape, shape));
  g_assert_cmpuint (count (g, "add"), ==, 2 + 2);
}

/* What lies between has a gradient as well. */
static void
test_in_between (void)
{
  g_autoptr (GsGraph) g = gs_graph_new ("g", GS_DTYPE_F32, NULL);
  GsTensor *x = gs_graph_input (g, "x", shape, GS_DTYPE_F32);
  GsTensor *dy = gs_graph_input (g, "dy", shape, GS_DTYPE_F32);
  GsTensor *h = gs_silu (g, x), *y = gs_gelu (g, h), *gradient;

  gs_graph_gradients (g, y, dy, &h, 1, &gradient);
  g_assert_no_error (g->error);
  g_assert_cmpuint (count (g, "unary-gradient"), ==, 1);
}

static void
test_independent (void)
{
  g_autoptr (GsGraph) g = gs_graph_new ("g", GS_DTYPE_F32, NULL);
  GsTensor *a = gs_graph_input (g, "a", shape, GS_DTYPE_F32);
  GsTensor *b = gs_graph_input (g, "lonely", shape, GS_DTYPE_F32), *gradient;
  g_autoptr (GError) error = NULL;

  gs_graph_gradients (g, gs_silu (g, a), a, &b, 1, &gradient);
  g_assert_false (gs_graph_finish (g, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "lonely"));
}

static void
test_no_rule (void)
{
  g_autoptr (GsGraph) g = gs_graph_new ("g", GS_DTYPE_F32, NULL);
  GsTensor *x = gs_graph_input (g, "x", shape, GS_DTYPE_F32), *gradient, *second;
  GsTensor *dy = gs_graph_input (g, "dy", shape, GS_DTYPE_F32);
  g_autoptr (GError) error = NULL;

  gs_graph_gradients (g, gs_silu (g, x), dy, &x, 1, &gradient);
  gs_graph_gradients (g, gradient, dy, &x, 1, &second);
  g_assert_false (gs_graph_finish (g, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "unary-gradient has no gradient"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grad/only-what-leads-there", test_only_what_leads_there);
  g_test_add_func ("/grad/several-users", test_several_users);
  g_test_add_func ("/grad/in-between", test_in_between);
  g_test_add_func ("/grad/independent", test_independent);
  g_test_add_func ("/grad/no-rule", test_no_rule);
  return g_test_run ();
}
