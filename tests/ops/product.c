/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products with a matrix that is an operand like any other, and their gradients; two in a row, as a
 * low-rank weight is. */
#include "op-test.h"

typedef struct
{
  GsShape  x;
  guint32  rank, channels;
  gboolean trained; /* the matrices are float whatever activations are */
  const char *variant; /* of the kernel: GESSO_KERNELS; NULL: as the device likes */
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 1 }, 1, 1 }, { { 2, 1, 7, 12 }, 2, 5 }, { { 1, 3, 30, 4 }, 3, 6 },
  { { 2, 1, 7, 12 }, 2, 5, TRUE },
  { { 1, 1, 1, 1 }, 1, 1, FALSE, "uniform" }, { { 2, 1, 9, 12 }, 3, 5, TRUE, "uniform" },
  { { 1, 3, 30, 20 }, 4, 24, FALSE, "uniform" }, { { 1, 1, 70, 8 }, 8, 4, TRUE, "uniform" },
};

#define SCALE 0.5

static void
product (const double *x, const double *weight, guint rows, guint depth, guint columns, double *y)
{
  for (guint i = 0; i < rows * columns; i++)
    {
      y[i] = 0;
      for (guint k = 0; k < depth; k++)
        y[i] += x[i / columns * depth + k] * weight[i % columns * depth + k];
    }
}

static void
low_rank (GsOpTest *test, gconstpointer data, double *y)
{
  const Case *c = data;
  const guint rows = gs_shape_pixels (c->x);
  g_autofree double *h = g_new (double, rows * c->rank);

  product (gs_op_test_values (test, "x"), gs_op_test_values (test, "down"), rows, c->x.c, c->rank,
           h);
  product (h, gs_op_test_values (test, "up"), rows, c->rank, c->channels, y);
  for (guint i = 0; i < rows * c->channels; i++)
    y[i] *= SCALE;
}

/* A matrix as an operand. */
static GsTensor *
matrix (GsOpTest *test, const Case *c, const char *name, guint32 rows, guint32 columns)
{
  GsTensor *tensor = gs_op_test_input (test, name, (GsShape) { 1, 1, rows, columns });

  if (c->trained)
    gs_op_test_use_floats (test, tensor);
  return tensor;
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  GsGraph *g = test->graph;
  const char *names[] = { "x", "down", "up" };
  g_autofree double *want = NULL;
  GsTensor *x, *down, *up, *y;

  if (!gs_op_test_use_kernels (test, c->variant))
    return;
  x = gs_op_test_input (test, "x", c->x);
  down = matrix (test, c, "down", c->rank, c->x.c);
  up = matrix (test, c, "up", c->channels, c->rank);
  y = gs_product (g, gs_product (g, x, down, 1), up, SCALE);
  want = g_new (double, gs_shape_elements (y->shape));

  gs_op_test_output (test, y);
  gs_op_test_check_gradients (test, y, names, 3, low_rank, c);
  low_rank (test, c, want);
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("product", cases, run)
