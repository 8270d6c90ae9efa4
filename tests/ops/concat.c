/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Joining channels, and padding them with zeros to a multiple of four. */
#include "op-test.h"

typedef struct
{
  GsShape a;
  guint32 b_channels; /* 0: pad a */
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 1 }, 1 }, { { 2, 3, 5, 7 }, 4 },  { { 1, 8, 8, 32 }, 16 },
  { { 1, 4, 4, 3 }, 0 }, { { 2, 3, 3, 9 }, 0 },
};

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  const GsShape b_shape = { c->a.n, c->a.h, c->a.w, c->b_channels };
  GsTensor *a = gs_op_test_input (test, "a", c->a);
  GsTensor *b = c->b_channels > 0 ? gs_op_test_input (test, "b", b_shape) : NULL;
  GsTensor *y = b != NULL ? gs_concat (test->graph, a, b) : gs_pad_channels (test->graph, a);
  g_autofree double *want = g_new (double, gs_shape_elements (y->shape));

  g_assert_cmpuint (y->shape.c, ==,
                    b != NULL ? c->a.c + c->b_channels : (c->a.c + 3) / 4 * 4);
  gs_op_test_output (test, y);
  for (gsize p = 0; p < gs_shape_pixels (c->a); p++)
    for (guint k = 0; k < y->shape.c; k++)
      {
        double value = 0;

        if (k < c->a.c)
          value = gs_op_test_values (test, "a")[p * c->a.c + k];
        else if (b != NULL)
          value = gs_op_test_values (test, "b")[p * c->b_channels + k - c->a.c];
        want[p * y->shape.c + k] = value;
      }
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("concat", cases, run)
