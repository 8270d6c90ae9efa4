/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mean squared error and its gradients. */
#include "op-test.h"

static const GsShape cases[] = { { 1, 1, 1, 1 }, { 2, 5, 5, 4 }, { 1, 3, 7, 13 } };

static void
mse (GsOpTest *test, gconstpointer data, double *y)
{
  const guint n = gs_shape_elements (*(const GsShape *) data);
  const double *a = gs_op_test_values (test, "a"), *b = gs_op_test_values (test, "b");

  *y = 0;
  for (guint i = 0; i < n; i++)
    *y += (a[i] - b[i]) * (a[i] - b[i]) / n;
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const GsShape shape = *(const GsShape *) data;
  const char *names[] = { "a", "b" };
  GsTensor *a = gs_op_test_input (test, "a", shape), *b = gs_op_test_input (test, "b", shape);
  GsTensor *y = gs_mse (test->graph, a, b);
  double want;

  gs_op_test_output (test, y);
  gs_op_test_check_gradients (test, y, names, 2, mse, data);
  mse (test, data, &want);
  gs_op_test_check (test, 0, &want);
}

GS_OP_TEST_MAIN ("mse", cases, run)
