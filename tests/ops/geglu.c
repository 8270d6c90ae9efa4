/* SPDX-License-Identifier: GPL-3.0-or-later */
/* a gelu (b). */
#include "op-test.h"

#include <math.h>

static const GsShape cases[] = { { 1, 1, 1, 2 }, { 2, 1, 77, 6 }, { 1, 1, 65, 128 } };

static void
run (GsOpTest *test, gconstpointer data)
{
  const GsShape *shape = data;
  GsTensor *x = gs_op_test_input (test, "x", *shape);
  const double *v = gs_op_test_values (test, "x");
  const guint channels = shape->c / 2;
  g_autofree double *want = g_new (double, gs_shape_elements (*shape) / 2);

  gs_op_test_output (test, gs_geglu (test->graph, x));
  for (gsize p = 0; p < gs_shape_pixels (*shape); p++)
    for (guint c = 0; c < channels; c++)
      {
        double gate = v[p * shape->c + channels + c];

        want[p * channels + c] = v[p * shape->c + c] * 0.5 * gate * (1 + erf (gate * M_SQRT1_2));
      }
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("geglu", cases, run)
