/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrices the other way round. */
#include "op-test.h"

static const GsShape cases[] = { { 1, 1, 1, 1 }, { 2, 3, 5, 4 }, { 1, 1, 7, 13 }, { 1, 8, 20, 9 } };

static void
transpose (GsOpTest *test, gconstpointer data, double *y)
{
  const GsShape s = *(const GsShape *) data;
  const double *x = gs_op_test_values (test, "x");

  for (guint matrix = 0; matrix < s.n * s.h; matrix++)
    for (guint c = 0; c < s.c; c++)
      for (guint w = 0; w < s.w; w++)
        *y++ = x[(matrix * s.w + w) * s.c + c];
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const char *names[] = { "x" };
  GsTensor *y = gs_transpose (test->graph, gs_op_test_input (test, "x", *(const GsShape *) data));
  g_autofree double *want = g_new (double, gs_shape_elements (y->shape));

  gs_op_test_output (test, y);
  gs_op_test_check_gradients (test, y, names, 1, transpose, data);
  transpose (test, data, want);
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("transpose", cases, run)
