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
  guint32  first;  /* channels of the first of two tensors that are joined, or 0 */
  const char *variant; /* of the kernels: GESSO_KERNELS; NULL: as the device likes */
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
  { { 2, 5, 9, 24 }, 3, TRUE, 0, 12 },
  { { 2, 9, 9, 960 }, 32, FALSE, 0, 640 }, /* a group has channels of both */
  { { 1, 3, 5, 12 }, 3, FALSE, 0, 6 },     /* joined by a node */
  { { 1, 9, 9, 320 }, 32 },               /* groups that end within fours */
  { { 1, 3, 5, 544 }, 2 },                /* more fours in a group than a workgroup is wide */
  /* As GPUs do it. */
  { { 2, 9, 9, 960 }, 32, TRUE, 0, 640, "tile" },
  { { 1, 12, 20, 64 }, 32, FALSE, 30, 0, "tile" },
  { { 1, 3, 5, 544 }, 2, FALSE, 0, 0, "tile" },
  { { 1, 40, 40, 64 }, 4, TRUE, 0, 0, "tile" }, /* too much for one workgroup */
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

static GsTensor *
join (GsOpTest *test, const Case *c)
{
  GsShape a = c->shape, b = c->shape;

  if (c->first == 0)
    return gs_op_test_input (test, "x", c->shape);
  a.c = c->first;
  b.c -= c->first;
  return gs_concat (test->graph, gs_op_test_input (test, "a", a), gs_op_test_input (test, "b", b));
}

/* What is normalised, in one piece. */
static double *
joined_values (GsOpTest *test, const Case *c)
{
  const guint32 first = c->first > 0 ? c->first : c->shape.c, second = c->shape.c - first;
  const double *a = gs_op_test_values (test, c->first > 0 ? "a" : "x");
  const double *b = second > 0 ? gs_op_test_values (test, "b") : NULL;
  double *x = g_new (double, gs_shape_elements (c->shape));
  gsize i = 0;

  for (gsize pixel = 0; pixel < gs_shape_pixels (c->shape); pixel++)
    for (guint32 k = 0; k < c->shape.c; k++)
      x[i++] = k < first ? a[pixel * first + k] : b[pixel * second + k - first];
  return x;
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  GsTensor *y = gs_group_norm (test->graph, "norm", join (test, c), c->groups, 1e-5f);
  g_autofree double *x = NULL;
  g_autofree double *want = g_new (double, gs_shape_elements (c->shape));

  if (!gs_op_test_use_kernels (test, c->variant))
    return;
  if (c->offset != 0)
    gs_op_test_offset (test, "x", c->offset);
  x = joined_values (test, c);
  gs_op_test_output (test, c->silu ? gs_silu (test->graph, y) : y);
  for (guint n = 0; n < c->shape.n; n++)
    for (guint group = 0; group < c->groups; group++)
      normalise (c, x, gs_op_test_values (test, "op.norm.weight"),
                 gs_op_test_values (test, "op.norm.bias"), n, group, want);
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("group-norm", cases, run)
