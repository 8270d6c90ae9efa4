/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activation functions against the C library's. */
#include "op-test.h"

#include <math.h>

static double
reference_silu (double x)
{
  return x / (1 + exp (-x));
}

static double
reference_gelu (double x)
{
  return 0.5 * x * (1 + erf (x * M_SQRT1_2));
}

static double
reference_quick_gelu (double x)
{
  return x / (1 + exp (-1.702 * x));
}

static double
reference_relu (double x)
{
  return MAX (x, 0);
}

static double
reference_soft_clamp (double x)
{
  return 3 * tanh (x / 3);
}

static GsTensor *
soft_clamp_at_3 (GsGraph *g, GsTensor *x)
{
  return gs_soft_clamp (g, x, 3);
}

static double
reference_leaky_relu (double x)
{
  return x > 0 ? x : 0.25 * x;
}

static GsTensor *
leaky_relu_by_a_quarter (GsGraph *g, GsTensor *x)
{
  return gs_leaky_relu (g, x, 0.25f);
}

static double
reference_scale (double x)
{
  return -0.625 * x;
}

static GsTensor *
scale (GsGraph *g, GsTensor *x)
{
  return gs_scale (g, x, -0.625f);
}

typedef struct
{
  GsTensor *(*build) (GsGraph *, GsTensor *);
  double (*reference) (double);
  GsShape shape;
  double offset;
} Case;

static const Case cases[] = {
  { gs_silu, reference_silu, { 1, 1, 1, 1 } },
  { gs_silu, reference_silu, { 2, 7, 9, 33 } },
  { gs_silu, reference_silu, { 1, 40, 50, 64 }, -8 },
  { gs_gelu, reference_gelu, { 1, 3, 5, 7 } },
  { gs_gelu, reference_gelu, { 1, 30, 5, 64 }, -4 },
  { gs_quick_gelu, reference_quick_gelu, { 2, 1, 77, 10 } },
  { gs_relu, reference_relu, { 1, 5, 5, 3 } },
  { leaky_relu_by_a_quarter, reference_leaky_relu, { 2, 5, 5, 3 } },
  { scale, reference_scale, { 1, 7, 5, 5 } },
  { soft_clamp_at_3, reference_soft_clamp, { 1, 5, 5, 4 }, 2 },
  { soft_clamp_at_3, reference_soft_clamp, { 1, 5, 5, 4 }, -90 },
};

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  GsTensor *x = gs_op_test_input (test, "x", c->shape);
  const gsize n = gs_shape_elements (c->shape);
  g_autofree double *want = g_new (double, n);

  gs_op_test_offset (test, "x", c->offset);
  gs_op_test_output (test, c->build (test->graph, x));
  for (gsize i = 0; i < n; i++)
    want[i] = c->reference (gs_op_test_values (test, "x")[i]);
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("unary", cases, run)
