/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Linear layers, with and without a following addition to take over. */
#include "op-test.h"

#include "tensor/op-class.h"

#include <math.h>

typedef struct
{
  GsShape  x;
  guint32  channels;
  gboolean add;
  gboolean tokens; /* the layer sees pixels as tokens; the addition sees pixels again */
  const char *variant; /* of the kernel: GESSO_KERNELS; NULL: as the device likes */
  GsDtype blocks;      /* that weights lie in; F64, which is 0: none */
  gboolean norm;       /* of x, in front; its mean is far from 0     */
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 4 }, 1 },           { { 1, 1, 1, 3 }, 5 },
  { { 2, 1, 77, 24 }, 40 },        { { 1, 1, 33, 128 }, 130, TRUE },
  { { 2, 9, 7, 52 }, 17, TRUE },   { { 1, 1, 64, 1280 }, 64 },
  { { 1, 1, 77, 40 }, 50, TRUE, FALSE, "coopmat" },
  { { 2, 1, 33, 136 }, 64, FALSE, FALSE, "coopmat" },
  { { 1, 1, 77, 40 }, 50, TRUE, FALSE, "coopmat2" },
  { { 2, 5, 7, 136 }, 67, TRUE, TRUE, "coopmat2" },
  { { 2, 1, 33, 136 }, 64, FALSE, FALSE, "tuned" },
  { { 1, 1, 19, 1280 }, 50, TRUE, FALSE, "half" },
  { { 2, 5, 7, 24 }, 20, TRUE, TRUE },
  { { 2, 5, 7, 24 }, 20, TRUE, TRUE, "tile" },
  { { 2, 5, 7, 24 }, 20, TRUE, TRUE, "texel" },
  { { 2, 5, 7, 24 }, 20, TRUE, TRUE, "gather" },
  { { 2, 5, 7, 24 }, 20, TRUE, TRUE, "uniform" },
  /* Weights in blocks. */
  { { 1, 1, 19, 96 }, 20, FALSE, FALSE, "uniform", GS_DTYPE_Q4_0 },
  { { 1, 1, 19, 64 }, 37, FALSE, FALSE, "uniform", GS_DTYPE_Q4_1 },
  { { 1, 1, 19, 32 }, 20, TRUE, FALSE, "uniform", GS_DTYPE_Q5_0 },
  { { 1, 1, 7, 160 }, 16, FALSE, FALSE, "uniform", GS_DTYPE_Q5_1 },
  { { 1, 1, 9, 192 }, 50, FALSE, FALSE, "uniform", GS_DTYPE_Q8_0 },
  { { 1, 1, 5, 512 }, 33, FALSE, FALSE, "uniform", GS_DTYPE_Q4_K },
  { { 1, 1, 5, 256 }, 40, FALSE, FALSE, "uniform", GS_DTYPE_Q5_K },
  { { 1, 1, 5, 512 }, 24, FALSE, FALSE, "uniform", GS_DTYPE_Q6_K },
  { { 1, 1, 19, 96 }, 20, FALSE, FALSE, "tile-32x32", GS_DTYPE_Q4_0 },
  { { 1, 1, 19, 64 }, 37, FALSE, FALSE, "tile-32x32", GS_DTYPE_Q4_1 },
  { { 1, 1, 19, 32 }, 20, TRUE, FALSE, "tile-32x32", GS_DTYPE_Q5_0 },
  { { 1, 1, 7, 160 }, 16, FALSE, FALSE, "tile-32x32", GS_DTYPE_Q5_1 },
  { { 1, 1, 9, 192 }, 50, FALSE, FALSE, "tile-32x32", GS_DTYPE_Q8_0 },
  { { 1, 1, 5, 512 }, 24, FALSE, FALSE, "tile-32x32", GS_DTYPE_Q6_K },
  /* With a layer norm, which some take over. */
  { { 2, 1, 19, 36 }, 20, TRUE, FALSE, NULL, 0, TRUE },
  { { 2, 5, 7, 28 }, 20, TRUE, TRUE, "tile-32x32", 0, TRUE },
  { { 1, 1, 77, 40 }, 50, FALSE, FALSE, "tile-32x32", 0, TRUE },
  { { 2, 1, 33, 136 }, 64, TRUE, FALSE, "coopmat", 0, TRUE },
  { { 1, 1, 33, 136 }, 40, FALSE, FALSE, "half", 0, TRUE },
  { { 2, 1, 33, 136 }, 64, FALSE, FALSE, "tuned", 0, TRUE }, /* of the class above: tuned once */
  { { 1, 1, 9, 64 }, 24, FALSE, FALSE, "tile-32x32", GS_DTYPE_Q8_0, TRUE },
  { { 1, 1, 5, 64 }, 40, FALSE, FALSE, "uniform", GS_DTYPE_Q5_K }, /* blocks of several rows */
  { { 1, 1, 19, 96 }, 50, FALSE, FALSE, "coopmat", GS_DTYPE_Q4_0 },
  { { 1, 1, 19, 64 }, 37, FALSE, FALSE, "coopmat", GS_DTYPE_Q4_1 },
  { { 1, 1, 40, 32 }, 20, TRUE, FALSE, "coopmat", GS_DTYPE_Q5_0 },
  { { 1, 1, 7, 160 }, 16, FALSE, FALSE, "coopmat", GS_DTYPE_Q5_1 },
  { { 1, 1, 9, 192 }, 50, FALSE, FALSE, "coopmat", GS_DTYPE_Q8_0 },
  { { 1, 1, 19, 96 }, 50, FALSE, FALSE, "dot", GS_DTYPE_Q4_0 },
  { { 1, 1, 40, 64 }, 37, TRUE, FALSE, "dot", GS_DTYPE_Q5_1 },
  { { 1, 1, 9, 192 }, 50, FALSE, FALSE, "dot", GS_DTYPE_Q8_0 },
  { { 1, 1, 5, 256 }, 24, FALSE, FALSE, "dot", GS_DTYPE_Q5_K },
  { { 1, 1, 5, 512 }, 24, FALSE, FALSE, "coopmat", GS_DTYPE_Q6_K },
};

#define NORM_EPSILON 1e-5f

static GsTensor *
layer (GsOpTest *test, const Case *c, GsTensor *x)
{
  GsTensor *tokens;

  if (c->norm)
    x = gs_layer_norm (test->graph, "norm", x, NORM_EPSILON);
  if (!c->tokens)
    return gs_linear (test->graph, "layer", x, c->channels);
  tokens = gs_reshape (test->graph, x, (GsShape) { c->x.n, 1, c->x.h * c->x.w, c->x.c });
  return gs_reshape (test->graph, gs_linear (test->graph, "layer", tokens, c->channels),
                     (GsShape) { c->x.n, c->x.h, c->x.w, c->channels });
}

/* One format for each of the ways to read one: with smallest values, with bits in two places, and by tiles. */
static gboolean
is_sample (const Case *c)
{
  return g_str_equal (c->variant, "uniform") ? c->blocks == GS_DTYPE_Q4_1 || c->blocks == GS_DTYPE_Q6_K
                                             : c->blocks == GS_DTYPE_Q5_1;
}

/* What matmul-dot makes of x: 8 bits of the largest of 32 neighbours. step: the largest step. */
static double *
as_bytes (const double *x, gsize n, double *step)
{
  double *rounded = g_new (double, n);

  *step = 0;
  for (gsize i = 0; i < n; i += 32)
    {
      double largest = 0;

      for (guint k = 0; k < 32; k++)
        largest = fmax (largest, fabs (x[i + k]));
      for (guint k = 0; k < 32; k++)
        rounded[i + k] = largest > 0 ? nearbyint (x[i + k] * 127 / largest) * largest / 127 : 0;
      *step = fmax (*step, largest / 127);
    }
  return rounded;
}

static double
largest_of (const double *values, gsize n)
{
  double largest = 0;

  for (gsize i = 0; i < n; i++)
    largest = fmax (largest, fabs (values[i]));
  return largest;
}

/* What the layer multiplies. */
static double *
layer_input (GsOpTest *test, const Case *c)
{
  const guint channels = c->x.c;
  double *x = g_memdup2 (gs_op_test_values (test, "x"), gs_shape_elements (c->x) * sizeof *x);

  for (gsize m = 0; c->norm && m < gs_shape_pixels (c->x); m++)
    {
      double *row = x + m * channels, mean = 0, variance = 0;

      for (guint k = 0; k < channels; k++)
        mean += row[k] / channels;
      for (guint k = 0; k < channels; k++)
        variance += (row[k] - mean) * (row[k] - mean) / channels;
      for (guint k = 0; k < channels; k++)
        row[k] = (row[k] - mean) / sqrt (variance + NORM_EPSILON)
                   * gs_op_test_values (test, "op.norm.weight")[k]
                 + gs_op_test_values (test, "op.norm.bias")[k];
    }
  return x;
}

/* Kernels for GPUs take a norm over where they are asked for by name; a view is not seen through. */
static void
check_norm_is_gone (GsOpTest *test, const Case *c)
{
  guint n = 0;

  for (guint i = 0; i < test->graph->nodes->len; i++)
    {
      const GsNode *node = test->graph->nodes->pdata[i];

      n += !node->dead && g_str_equal (node->klass->name, "layer-norm");
    }
  if (g_str_equal (c->variant, "tuned"))
    g_assert_cmpuint (n, <=, 1); /* as was faster */
  else
    g_assert_cmpuint (n, ==, c->tokens ? 1 : 0);
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  const gboolean of_bytes = c->variant != NULL && g_str_has_prefix (c->variant, "dot");
  const gsize n_x = gs_shape_elements (c->x), n_weights = (gsize) c->channels * c->x.c;
  g_autofree double *rounded = NULL;
  const double *x_values;
  double step = 0;
  const GsShape y_shape = { c->x.n, c->x.h, c->x.w, c->channels };
  GsTensor *x = gs_op_test_input (test, "x", c->x);
  GsTensor *other = c->add ? gs_op_test_input (test, "other", y_shape) : NULL;
  GsTensor *y;
  g_autofree double *input = NULL;
  g_autofree double *want = g_new (double, gs_shape_elements (y_shape));

  if (!gs_op_test_use_blocks (test, c->blocks, c->variant,
                              gs_dtype_block (c->blocks) > 1 && is_sample (c)))
    return;
  if (c->norm)
    gs_op_test_offset (test, "x", 8);
  y = layer (test, c, x);
  if (!gs_op_test_use_kernels (test, c->variant))
    return;
  gs_op_test_output (test, c->add ? gs_add (test->graph, y, other) : y);
  x_values = input = layer_input (test, c);
  if (of_bytes)
    x_values = rounded = as_bytes (x_values, n_x, &step);
  for (gsize m = 0; m < gs_shape_pixels (c->x); m++)
    for (guint n = 0; n < c->channels; n++)
      {
        double sum = gs_op_test_values (test, "op.layer.bias")[n];

        for (guint k = 0; k < c->x.c; k++)
          sum += x_values[m * c->x.c + k]
                 * gs_op_test_values (test, "op.layer.weight")[n * c->x.c + k];
        if (c->add)
          sum += gs_op_test_values (test, "other")[m * c->channels + n];
        want[m * c->channels + n] = sum;
      }
  /* One number of a row may be so close to the middle between two bytes that it gets the other one. */
  if (of_bytes)
    test->tolerance += step * largest_of (gs_op_test_values (test, "op.layer.weight"), n_weights)
                       / largest_of (want, gs_shape_elements (y_shape));
  gs_op_test_check (test, 0, want);
  if (c->norm && c->variant != NULL)
    check_norm_is_gone (test, c);
}

GS_OP_TEST_MAIN ("linear", cases, run)
