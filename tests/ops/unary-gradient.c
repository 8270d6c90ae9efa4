/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradients of the activation functions. */
#include "op-test.h"

#include <math.h>

typedef struct
{
  GsTensor *(*op) (GsGraph *g, GsTensor *x);
  double    (*f)  (double x);
  GsShape   shape;
} Case;

static double
silu (double x)
{
  return x / (1 + exp (-x));
}

static double
gelu (double x)
{
  return x * 0.5 * erfc (-x / M_SQRT2);
}

static double
quick_gelu (double x)
{
  return x / (1 + exp (-1.702 * x));
}

static double
relu (double x)
{
  return MAX (x, 0);
}

static double
soft_clamp (double x)
{
  return 3 * tanh (x / 3);
}

static double
leaky_relu (double x)
{
  return x > 0 ? x : x / 4;
}

static double
scale (double x)
{
  return -3 * x;
}

static GsTensor *
gs_leaky_relu_4 (GsGraph *g, GsTensor *x)
{
  return gs_leaky_relu (g, x, 0.25f);
}

static GsTensor *
gs_scale_3 (GsGraph *g, GsTensor *x)
{
  return gs_scale (g, x, -3);
}

static GsTensor *
gs_soft_clamp_3 (GsGraph *g, GsTensor *x)
{
  return gs_soft_clamp (g, x, 3);
}

static const Case cases[] = {
  { gs_silu, silu, { 1, 1, 1, 1 } },       { gs_silu, silu, { 2, 3, 5, 7 } },
  { gs_gelu, gelu, { 2, 3, 5, 7 } },       { gs_quick_gelu, quick_gelu, { 2, 3, 5, 7 } },
  { gs_relu, relu, { 2, 3, 5, 7 } },       { gs_soft_clamp_3, soft_clamp, { 2, 3, 5, 7 } },
  { gs_leaky_relu_4, leaky_relu, { 2, 3, 5, 7 } }, { gs_scale_3, scale, { 2, 3, 5, 7 } },
};

static void
apply (GsOpTest *test, gconstpointer data, double *y)
{
  const Case *c = data;

  for (guint i = 0; i < gs_shape_elements (c->shape); i++)
    y[i] = c->f (gs_op_test_values (test, "x")[i]);
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  const char *names[] = { "x" };
  GsTensor *x = gs_op_test_input (test, "x", c->shape);

  gs_op_test_check_gradients (test, c->op (test->graph, x), names, 1, apply, c);
}

GS_OP_TEST_MAIN ("unary-gradient", cases, run)
