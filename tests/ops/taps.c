/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolutions by a weight that is an operand, and their gradients. */
#include "op-test.h"

typedef struct
{
  GsShape x;
  guint32 channels, kernel, stride;
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 1 }, 1, 1, 1 }, { { 1, 1, 1, 4 }, 2, 3, 1 }, { { 2, 4, 5, 4 }, 3, 3, 1 },
  { { 1, 5, 6, 3 }, 2, 3, 2 }, { { 2, 6, 5, 4 }, 2, 3, 2 }, { { 1, 3, 4, 8 }, 4, 1, 1 },
};

static double
conv_at (const Case *c, const double *x, const double *weight, guint n, guint i, guint j, guint o)
{
  const guint k = c->kernel;
  double sum = 0;

  for (guint ky = 0; ky < k; ky++)
    for (guint kx = 0; kx < k; kx++)
      {
        const guint row = i * c->stride + ky - k / 2; /* wraps round outside of x */
        const guint column = j * c->stride + kx - k / 2;

        for (guint in = 0; row < c->x.h && column < c->x.w && in < c->x.c; in++)
          sum += x[((n * c->x.h + row) * c->x.w + column) * c->x.c + in]
                 * weight[((o * c->x.c + in) * k + ky) * k + kx];
      }
  return sum;
}

static void
conv (GsOpTest *test, gconstpointer data, double *y)
{
  const Case *c = data;
  const double *x = gs_op_test_values (test, "x"), *weight = gs_op_test_values (test, "weight");

  for (guint n = 0; n < c->x.n; n++)
    for (guint i = 0; i < (c->x.h + c->stride - 1) / c->stride; i++)
      for (guint j = 0; j < (c->x.w + c->stride - 1) / c->stride; j++)
        for (guint o = 0; o < c->channels; o++)
          *y++ = conv_at (c, x, weight, n, i, j, o);
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  const char *names[] = { "x", "weight" };
  GsTensor *x = gs_op_test_input (test, "x", c->x);
  GsTensor *weight = gs_op_test_input (test, "weight",
                                       (GsShape) { 1, 1, c->channels,
                                                   c->x.c * c->kernel * c->kernel });
  g_autofree double *want = NULL;
  GsTensor *y;

  gs_op_test_use_floats (test, weight);
  y = gs_conv_product (test->graph, x, weight, c->kernel, c->stride);
  want = g_new (double, gs_shape_elements (y->shape));
  gs_op_test_output (test, y);
  gs_op_test_check_gradients (test, y, names, 2, conv, c);
  conv (test, c, want);
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("taps", cases, run)
