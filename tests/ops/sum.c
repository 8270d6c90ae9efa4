/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over what was repeated: the gradients of additions. */
#include "op-test.h"

typedef struct
{
  GsShape a, b;
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 1 }, { 1, 1, 1, 1 } }, { { 2, 5, 3, 7 }, { 2, 5, 3, 7 } },
  { { 3, 4, 5, 6 }, { 3, 1, 1, 6 } }, { { 3, 4, 5, 6 }, { 1, 4, 5, 6 } },
  { { 2, 9, 9, 5 }, { 1, 1, 1, 5 } },
};

static void
add (GsOpTest *test, gconstpointer data, double *y)
{
  const Case *c = data;
  const double *a = gs_op_test_values (test, "a"), *b = gs_op_test_values (test, "b");
  const guint pixels = c->a.h * c->a.w, b_pixels = c->b.h * c->b.w;

  for (guint i = 0; i < gs_shape_elements (c->a); i++)
    {
      const guint k = i % c->a.c, pixel = i / c->a.c % pixels, n = i / c->a.c / pixels;

      y[i] = a[i] + b[(n % c->b.n * b_pixels + pixel % b_pixels) * c->a.c + k];
    }
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  GsTensor *a = gs_op_test_input (test, "a", c->a), *b = gs_op_test_input (test, "b", c->b);
  const char *names[] = { "a", "b" };

  gs_op_test_check_gradients (test, gs_add (test->graph, a, b), names, 2, add, c);
}

GS_OP_TEST_MAIN ("sum", cases, run)
