/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addition with every kind of repetition. */
#include "op-test.h"

typedef struct
{
  GsShape a, b;
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 1 }, { 1, 1, 1, 1 } },
  { { 2, 5, 3, 7 }, { 2, 5, 3, 7 } },
  { { 2, 16, 16, 32 }, { 2, 16, 16, 32 } },
  { { 3, 4, 5, 6 }, { 3, 1, 1, 6 } },
  { { 3, 4, 5, 6 }, { 1, 4, 5, 6 } },
  { { 2, 1, 77, 13 }, { 1, 1, 77, 13 } },
  { { 2, 3, 3, 5 }, { 1, 1, 1, 5 } },
};

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  GsTensor *a = gs_op_test_input (test, "a", c->a);
  GsTensor *b = gs_op_test_input (test, "b", c->b);
  g_autofree double *want = g_new (double, gs_shape_elements (c->a));
  gsize i = 0;

  gs_op_test_output (test, gs_add (test->graph, a, b));
  for (guint n = 0; n < c->a.n; n++)
    for (guint y = 0; y < c->a.h; y++)
      for (guint x = 0; x < c->a.w; x++)
        for (guint k = 0; k < c->a.c; k++, i++)
          {
            guint bn = c->b.n == 1 ? 0 : n, by = c->b.h == 1 ? 0 : y, bx = c->b.w == 1 ? 0 : x;

            want[i] = gs_op_test_values (test, "a")[i]
                      + gs_op_test_values (test, "b")[((bn * c->b.h + by) * c->b.w + bx) * c->b.c
                                                      + k];
          }
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("add", cases, run)
