/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mean squared error and its gradients. */
#include "op-test.h"

typedef struct
{
  GsShape  shape;
  gboolean weighted;
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 1 } }, { { 2, 5, 5, 4 } }, { { 1, 3, 7, 13 } },
  { { 1, 1, 1, 1 }, TRUE }, { { 3, 5, 5, 3 }, TRUE },
};

static void
mse (GsOpTest *test, gconstpointer data, double *y)
{
  const Case *c = data;
  const guint n = gs_shape_elements (c->shape);
  const double *weights = c->weighted ? gs_op_test_values (test, "weights") : NULL;
  const double *a = gs_op_test_values (test, "a"), *b = gs_op_test_values (test, "b");

  *y = 0;
  for (guint i = 0; i < n; i++)
    *y += (a[i] - b[i]) * (a[i] - b[i]) / n
          * (weights != NULL ? weights[i / (n / c->shape.n)] : 1);
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  const char *names[] = { "a", "b" };
  GsTensor *a = gs_op_test_input (test, "a", c->shape), *b = gs_op_test_input (test, "b", c->shape);
  GsTensor *weights = NULL, *y;
  double want;

  if (c->weighted)
    {
      weights = gs_op_test_input (test, "weights", (GsShape) { c->shape.n, 1, 1, 1 });
      gs_op_test_use_floats (test, weights);
    }
  y = c->weighted ? gs_weighted_mse (test->graph, a, b, weights) : gs_mse (test->graph, a, b);

  gs_op_test_output (test, y);
  gs_op_test_check_gradients (test, y, names, 2, mse, data);
  mse (test, data, &want);
  gs_op_test_check (test, 0, &want);
}

GS_OP_TEST_MAIN ("mse", cases, run)
