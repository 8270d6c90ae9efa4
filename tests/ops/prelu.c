/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rectifier with a slope for each channel. */
#include "op-test.h"

static const GsShape cases[] = { { 1, 1, 1, 1 }, { 2, 5, 3, 7 }, { 1, 9, 8, 64 } };

static void
run (GsOpTest *test, gconstpointer data)
{
  const GsShape *shape = data;
  GsTensor *x = gs_op_test_input (test, "x", *shape);
  const gsize n = gs_shape_elements (*shape);
  g_autofree double *want = g_new (double, n);

  gs_op_test_output (test, gs_prelu (test->graph, "act", x));
  for (gsize i = 0; i < n; i++)
    {
      const double value = gs_op_test_values (test, "x")[i];
      const double slope = gs_op_test_values (test, "op.act.weight")[i % shape->c];

      want[i] = value > 0 ? value : slope * value;
    }
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("prelu", cases, run)
