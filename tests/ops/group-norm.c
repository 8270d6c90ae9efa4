/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Group normalisation, alone and with the SiLU that it takes over. */
#include "op-test.h"

#include <math.h>

typedef struct
{
  GsShape  shape;
  guint32  groups;
  gboolean silu;
  double   offset; /* a mean far from zero cancels in naive sums of squares */
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 4 }, 2 },
  { { 1, 1, 1, 32 }, 32, TRUE }, /* one value per group: the result is the bias */
  { { 2, 5, 7, 12 }, 4 },
  { { 2, 16, 16, 96 }, 8, TRUE },
  { { 3, 9, 13, 20 }, 2 },
  { { 1, 3, 3, 1280 }, 32, TRUE },
  { { 1, 12, 20, 64 }, 32, FALSE, 30 },
  { { 1, 130, 140, 8 }, 4, TRUE }, /* many slices, the last one short */
  { { 1, 9, 9, 320 }, 32 },               /* groups that end within fours */
  { { 1, 3, 5, 544 }, 2 },                /* more fours in a group than a workgroup is wide */
};

static void
normalise (const Case *c, const double *x, const double *weight, const double *bias, guint n,
           guint group, double *want)
{
  const guint width = c->shape.c / c->groups, pixels = c->shape.h * c->shape.w;
  const double count = (double) pixels * width;
  double mean = 0, variance = 0;

  for (guint p = 0; p < pixels; p++)
    for (guint k = 0; k < width; k++)
      mean += x[((gsize) n * pixels + p) * c->shape.c + group * width + k] / count;
  for (guint p = 0; p < pixels; p++)
    for (guint k = 0; k < width; k++)
      variance += pow (x[((gsize) n * pixels + p) * c->shape.c + group * width + k] - mean, 2)
                  / count;
  for (guint p = 0; p < pixels; p++)
    for (guint k = 0; k < width; k++)
      {
        guint channel = group * width + k;
        gsize i = ((gsize) n * pixels + p) * c->shape.c + channel;
        double y = (x[i] - mean) / sqrt (variance + 1e-5) * weight[channel] + bias[channel];

        want[i] = c->silu ? y / (1 + exp (-y)) : y;
      }
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  GsTensor *x = gs_op_test_input (test, "x", c->shape);
  GsTensor *y = gs_group_norm (test->graph, "norm", x, c->groups, 1e-5f);
  g_autofree double *want = g_new (double, gs_shape_elements (c->shape));

  gs_op_test_offset (test, "x", c->offset);
  gs_op_test_output (test, c->silu ? gs_silu (test->graph, y) : y);
  for (guint n = 0; n < c->shape.n; n++)
    for (guint group = 0; group < c->groups; group++)
      normalise (c, gs_op_test_values (test, "x"), gs_op_test_values (test, "op.norm.weight"),
                 gs_op_test_values (test, "op.norm.bias"), n, group, want);
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("group-norm", cases, run)
