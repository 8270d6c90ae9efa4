/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradients of group and layer norms, with and without an activation behind. */
#include "op-test.h"

#include <math.h>

typedef struct
{
  GsShape  x;
  guint32  groups; /* 0: a layer norm */
  gboolean silu;
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 4 }, 0 },    { { 2, 1, 7, 24 }, 0 },  { { 1, 2, 3, 20 }, 0, TRUE },
  { { 2, 3, 5, 32 }, 32 },  { { 2, 3, 5, 24 }, 2 },  { { 1, 9, 9, 8 }, 2, TRUE },
};

#define EPSILON 1e-5

static void
normalize (GsOpTest *test, gconstpointer data, double *y)
{
  const Case *c = data;
  const double *x = gs_op_test_values (test, "x");
  const double *weight = gs_op_test_values (test, "op.norm.weight");
  const double *bias = gs_op_test_values (test, "op.norm.bias");
  const guint samples = c->groups > 0 ? c->x.n : gs_shape_pixels (c->x);
  const guint pixels = c->groups > 0 ? c->x.h * c->x.w : 1, groups = MAX (c->groups, 1);
  const guint width = c->x.c / groups, n = width * pixels;

  for (guint s = 0; s < samples * groups; s++)
    {
      const guint channel = s % groups * width, first = s / groups * pixels * c->x.c + channel;
      double mean = 0, variance = 0;

      for (guint i = 0; i < n; i++)
        mean += x[first + i / width * c->x.c + i % width] / n;
      for (guint i = 0; i < n; i++)
        variance += pow (x[first + i / width * c->x.c + i % width] - mean, 2) / n;
      for (guint i = 0; i < n; i++)
        {
          const guint at = first + i / width * c->x.c + i % width, k = channel + i % width;
          const double v = (x[at] - mean) / sqrt (variance + EPSILON) * weight[k] + bias[k];

          y[at] = c->silu ? v / (1 + exp (-v)) : v;
        }
    }
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  GsGraph *g = test->graph;
  const char *names[] = { "x", "op.norm.weight", "op.norm.bias" };
  GsTensor *x = gs_op_test_input (test, "x", c->x), *y;

  y = c->groups > 0 ? gs_group_norm (g, "norm", x, c->groups, EPSILON)
                    : gs_layer_norm (g, "norm", x, EPSILON);
  gs_op_test_check_gradients (test, c->silu ? gs_silu (g, y) : y, names, 3, normalize, c);
}

GS_OP_TEST_MAIN ("norm-gradient", cases, run)
