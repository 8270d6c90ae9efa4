/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Means of 2 x 2 pixels, also at odd sizes. */
#include "op-test.h"

static const GsShape cases[] = {
  { 1, 1, 1, 1 },
  { 2, 4, 6, 5 },
  { 1, 5, 3, 32 },
  { 1, 16, 16, 64 },
};

static void
run (GsOpTest *test, gconstpointer data)
{
  const GsShape *s = data;
  GsTensor *x = gs_op_test_input (test, "x", *s);
  const double *values = gs_op_test_values (test, "x");
  const guint h = (s->h + 1) / 2, w = (s->w + 1) / 2;
  g_autofree double *want = g_new0 (double, (gsize) s->n * h * w * s->c);

  gs_op_test_output (test, gs_average_pool (test->graph, x));
  for (guint n = 0; n < s->n; n++)
    for (guint row = 0; row < s->h; row++)
      for (guint column = 0; column < s->w; column++)
        for (guint c = 0; c < s->c; c++)
          {
            const guint rows = row / 2 * 2 + 1 < s->h ? 2 : 1;
            const guint columns = column / 2 * 2 + 1 < s->w ? 2 : 1;

            want[((n * h + row / 2) * w + column / 2) * s->c + c]
              += values[((n * s->h + row) * s->w + column) * s->c + c] / (rows * columns);
          }
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("average-pool", cases, run)
