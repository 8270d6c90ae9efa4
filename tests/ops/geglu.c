/* SPDX-License-Identifier: GPL-3.0-or-later */
/* a gelu (b), alone and taken over by the linear layer in front. */
#include "op-test.h"

#include <math.h>

typedef struct
{
  GsShape     x;
  guint32     layer;   /* columns of a linear layer in front, or 0 */
  const char *variant; /* of its kernel: GESSO_KERNELS; NULL: as the device likes */
  GsDtype     blocks;  /* that its weights lie in; F64, which is 0: none */
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 2 } },
  { { 2, 1, 77, 6 } },
  { { 1, 1, 65, 128 } },
  { { 1, 1, 5, 8 }, 48 }, /* halves that are not whole panels: not taken over */
  { { 2, 1, 37, 24 }, 32 },
  { { 1, 1, 77, 40 }, 160 },
  { { 2, 1, 37, 24 }, 32, "tile" },
  { { 1, 1, 77, 40 }, 160, "tile" },
  { { 1, 1, 77, 40 }, 96, "tile-128x128" }, /* two fours of columns an invocation */
  { { 2, 1, 37, 24 }, 96, "texel" },
  { { 2, 1, 37, 24 }, 96, "gather" },
  { { 2, 1, 37, 24 }, 96, "uniform" },
  { { 1, 1, 77, 40 }, 160, "half" },
  { { 1, 1, 77, 40 }, 160, "coopmat" },
  { { 2, 1, 33, 136 }, 64, "coopmat" },
  { { 2, 1, 33, 136 }, 96, "coopmat2" },
  { { 2, 1, 33, 136 }, 64, "tuned" },
  { { 1, 1, 37, 64 }, 96, "tile-32x32", GS_DTYPE_Q5_1 },
  { { 1, 1, 37, 64 }, 96, "uniform", GS_DTYPE_Q4_0 },
  { { 1, 1, 37, 64 }, 96, "coopmat", GS_DTYPE_Q4_0 },
  { { 1, 1, 37, 64 }, 96, "dot", GS_DTYPE_Q4_0 },
};

static double
gated (double a, double gate)
{
  return a * 0.5 * gate * (1 + erf (gate * M_SQRT1_2));
}

/* Column n of the layer. */
static double
column (GsOpTest *test, const Case *c, gsize p, guint n)
{
  double sum = gs_op_test_values (test, "op.layer.bias")[n];

  for (guint k = 0; k < c->x.c; k++)
    sum += gs_op_test_values (test, "x")[p * c->x.c + k]
           * gs_op_test_values (test, "op.layer.weight")[n * c->x.c + k];
  return sum;
}

static void
run_layer (GsOpTest *test, const Case *c)
{
  const guint channels = c->layer / 2;
  g_autofree double *want = g_new (double, gs_shape_pixels (c->x) * channels);
  GsTensor *x;

  if (!gs_op_test_use_blocks (test, c->blocks, c->variant, FALSE))
    return;
  x = gs_op_test_input (test, "x", c->x);
  if (g_strcmp0 (c->variant, "dot") == 0)
    gs_op_test_use_bytes (test, "x");
  if (!gs_op_test_use_kernels (test, c->variant))
    return;
  gs_op_test_output (test, gs_geglu (test->graph, gs_linear (test->graph, "layer", x, c->layer)));
  for (gsize p = 0; p < gs_shape_pixels (c->x); p++)
    for (guint n = 0; n < channels; n++)
      want[p * channels + n] = gated (column (test, c, p, n), column (test, c, p, channels + n));
  gs_op_test_check (test, 0, want);
}

static void
run_alone (GsOpTest *test, const GsShape *shape)
{
  GsTensor *x = gs_op_test_input (test, "x", *shape);
  const double *v = gs_op_test_values (test, "x");
  const guint channels = shape->c / 2;
  g_autofree double *want = g_new (double, gs_shape_elements (*shape) / 2);

  gs_op_test_output (test, gs_geglu (test->graph, x));
  for (gsize p = 0; p < gs_shape_pixels (*shape); p++)
    for (guint c = 0; c < channels; c++)
      want[p * channels + c] = gated (v[p * shape->c + c], v[p * shape->c + channels + c]);
  gs_op_test_check (test, 0, want);
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;

  if (c->layer > 0)
    run_layer (test, c);
  else
    run_alone (test, &c->x);
}

GS_OP_TEST_MAIN ("geglu", cases, run)
