/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradients of the gated linear unit. */
#include "op-test.h"

#include <math.h>

static const GsShape cases[] = { { 1, 1, 1, 2 }, { 2, 1, 7, 10 }, { 1, 3, 4, 16 } };

static void
geglu (GsOpTest *test, gconstpointer data, double *y)
{
  const GsShape *x = data;
  const guint half = x->c / 2;

  for (guint i = 0; i < gs_shape_elements (*x) / 2; i++)
    {
      const double *a = gs_op_test_values (test, "x") + i / half * x->c + i % half;

      y[i] = a[0] * a[half] * 0.5 * erfc (-a[half] / M_SQRT2);
    }
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const char *names[] = { "x" };
  GsTensor *x = gs_op_test_input (test, "x", *(const GsShape *) data);

  gs_op_test_check_gradients (test, gs_geglu (test->graph, x), names, 1, geglu, data);
}

GS_OP_TEST_MAIN ("geglu-gradient", cases, run)
