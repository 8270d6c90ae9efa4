/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Differences of neighbouring pixels, and their gradients. */
#include "op-test.h"

static const GsShape cases[] = { { 1, 1, 1, 1 }, { 2, 4, 5, 3 }, { 1, 1, 6, 4 }, { 1, 7, 1, 2 } };

#define SCALE 0.5

static void
difference (GsOpTest *test, gconstpointer data, double *y)
{
  const GsShape s = *(const GsShape *) data;
  const double *x = gs_op_test_values (test, "x");

  for (guint n = 0; n < s.n; n++)
    for (guint i = 0; i < s.h; i++)
      for (guint j = 0; j < s.w; j++)
        for (guint k = 0; k < 2 * s.c; k++)
          {
            const guint below = k / s.c, right = 1 - below, c = k % s.c;
            const guint at = ((n * s.h + i) * s.w + j) * s.c + c;
            const guint next = at + (below ? s.w : 1) * s.c;

            *y++ = i + below < s.h && j + right < s.w ? SCALE * (x[next] - x[at]) : 0;
          }
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const char *names[] = { "x" };
  GsTensor *x = gs_op_test_input (test, "x", *(const GsShape *) data);
  GsTensor *y = gs_difference (test->graph, x, SCALE);
  g_autofree double *want = g_new (double, gs_shape_elements (y->shape));

  gs_op_test_output (test, y);
  gs_op_test_check_gradients (test, y, names, 1, difference, data);
  difference (test, data, want);
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("difference", cases, run)
