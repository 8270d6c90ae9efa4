/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Group normalisation: alone, with the SiLU that it takes over, and between two products. */
#include "op-test.h"

#include "tensor/op-class.h"

#include <math.h>

typedef struct
{
  GsShape  shape;
  guint32  groups;
  gboolean silu;
  double   offset; /* a mean far from zero cancels in naive sums of squares */
  guint32  first;  /* channels of the first of two tensors that are joined, or 0 */
  const char *variant; /* of the kernels: GESSO_KERNELS; NULL: as the device likes */
  guint32  taps;  /* along an axis, of a convolution that makes what is normalised, or 0; a linear layer
                     reads it then */
  guint32  to;    /* channels that the layer makes                                        */
  gboolean shortcut; /* another convolution is added to the first one                        */
  gboolean stays;    /* a node of its own, although kernels for GPUs are asked for            */
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
  /* Between products, which leave and read moments. */
  { { 2, 8, 8, 40 }, 4, FALSE, 30, 0, "tile-32x32", 1, 40 }, /* groups end within tiles */
  { { 2, 8, 8, 160 }, 2, FALSE, 30, 0, "tile-32x32", 3, 20, TRUE }, /* and are wider */
  { { 1, 6, 8, 64 }, 32, FALSE, 30, 0, "tile-32x32", 3, 64 }, /* slices of half a tile */
  { { 2, 6, 8, 64 }, 32, FALSE, 30, 0, "tile-32x32", 1, 64, FALSE, TRUE }, /* a tile of two images */
  { { 2, 9, 9, 64 }, 32, FALSE, 30, 0, "tile-32x32", 1, 64, FALSE, TRUE }, /* no slices */
  { { 2, 8, 8, 64 }, 32, TRUE, 30, 0, "tile-32x32", 1, 64, FALSE, TRUE }, /* SiLU is not for readers */
  { { 1, 40, 40, 64 }, 4, TRUE, 30, 0, "tile-32x32", 1, 20, FALSE, TRUE }, /* a node reads moments */
  { { 2, 36, 36, 80 }, 2, TRUE, 30, 0, "tile-32x32", 1, 20, FALSE, TRUE }, /* of several tiles */
  { { 2, 8, 8, 40 }, 4, FALSE, 30, 0, "half", 1, 40 },
  { { 2, 8, 8, 160 }, 2, FALSE, 30, 0, "half", 3, 20, TRUE },
  { { 2, 8, 8, 40 }, 4, FALSE, 30, 0, "coopmat", 1, 40 },
  { { 2, 8, 8, 160 }, 2, FALSE, 30, 0, "coopmat", 3, 20, TRUE },
  { { 1, 6, 8, 64 }, 32, FALSE, 30, 0, "coopmat", 3, 64 },
  { { 1, 8, 8, 40 }, 4, FALSE, 30, 0, "tuned", 1, 40 }, /* any tile has one image */
  { { 1, 40, 40, 64 }, 4, TRUE, 15, 0, "tuned", 1, 20, FALSE, TRUE },
};

#define FROM 8 /* channels of what the convolution reads */

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

/* Adds a convolution of an input in double precision. */
static void
add_convolution (GsOpTest *test, const Case *c, const char *input, const char *name, guint taps,
                 double *y)
{
  g_autofree char *weight = g_strdup_printf ("op.%s.weight", name);
  g_autofree char *bias = g_strdup_printf ("op.%s.bias", name);
  const double *x = gs_op_test_values (test, input), *w = gs_op_test_values (test, weight);
  const double *b = gs_op_test_values (test, bias);
  const int h = c->shape.h, width = c->shape.w, reach = taps / 2;
  gsize i = 0;

  for (guint n = 0; n < c->shape.n; n++)
    for (int top = 0; top < h; top++)
      for (int left = 0; left < width; left++)
        for (guint out = 0; out < c->shape.c; out++, i++)
          {
            y[i] += b[out];
            for (int tap = 0; tap < (int) (taps * taps); tap++)
              {
                const int row = top + tap / (int) taps - reach, column = left + tap % (int) taps - reach;

                for (guint k = 0; row >= 0 && row < h && column >= 0 && column < width && k < FROM; k++)
                  y[i] += x[(((gsize) n * h + row) * width + column) * FROM + k]
                          * w[((gsize) out * FROM + k) * taps * taps + tap];
              }
          }
}

static void
check_nodes (GsOpTest *test, const Case *c)
{
  const gboolean is_large = c->shape.h * c->shape.w * c->shape.c / c->groups > 20 * 1024;
  guint n = 0;

  for (guint i = 0; i < test->graph->nodes->len; i++)
    {
      const GsNode *node = test->graph->nodes->pdata[i];

      if (node->dead || !g_str_equal (node->klass->name, "group-norm"))
        continue;
      n++;
      if (g_str_equal (c->variant, "tuned"))
        continue;
      g_assert_cmpint (node->inputs[4] != NULL, ==, is_large); /* moments, instead of another dispatch */
      g_assert_cmpuint (node->scratch_bytes, ==, 0);
    }
  if (g_str_equal (c->variant, "tuned"))
    g_assert_cmpuint (n, <=, 1); /* as was faster */
  else
    g_assert_cmpuint (n, ==, c->stays ? 1 : 0);
}

/* y = layer (norm (h)) + h, if that fits, of h = maker (x) + other: as in a transformer of a U-Net. */
static void
run_between (GsOpTest *test, const Case *c)
{
  const GsShape from = { c->shape.n, c->shape.h, c->shape.w, FROM };
  const GsShape tokens = { c->shape.n, 1, c->shape.h * c->shape.w, c->shape.c };
  const GsShape to = { c->shape.n, c->shape.h, c->shape.w, c->to };
  const gsize n_h = gs_shape_elements (c->shape);
  GsTensor *x = gs_op_test_input (test, "x", from), *h, *y, *other;
  g_autofree double *made = g_new0 (double, n_h), *normed = g_new (double, n_h);
  g_autofree double *want = g_new0 (double, gs_shape_elements (to));
  const double *weight;

  other = gs_op_test_input (test, "other", c->shortcut ? from : c->shape);
  gs_op_test_offset (test, "other", c->shortcut ? 0 : c->offset);
  if (c->shortcut)
    other = gs_conv2d (test->graph, "shortcut", other, c->shape.c, 1);
  h = gs_add (test->graph, gs_conv2d (test->graph, "maker", x, c->shape.c, c->taps), other);
  y = gs_group_norm (test->graph, "norm", h, c->groups, 1e-5f);
  if (c->silu)
    y = gs_silu (test->graph, y);
  y = gs_linear (test->graph, "layer", gs_reshape (test->graph, y, tokens), c->to);
  y = gs_reshape (test->graph, y, to);
  gs_op_test_output (test, c->to == c->shape.c ? gs_add (test->graph, y, h) : y);

  add_convolution (test, c, "x", "maker", c->taps, made);
  if (c->shortcut)
    add_convolution (test, c, "other", "shortcut", 1, made);
  for (gsize i = 0; i < n_h && !c->shortcut; i++)
    made[i] += gs_op_test_values (test, "other")[i];
  for (guint n = 0; n < c->shape.n; n++)
    for (guint group = 0; group < c->groups; group++)
      normalise (c, made, gs_op_test_values (test, "op.norm.weight"),
                 gs_op_test_values (test, "op.norm.bias"), n, group, normed);
  weight = gs_op_test_values (test, "op.layer.weight");
  for (gsize m = 0; m < gs_shape_pixels (c->shape); m++)
    for (guint k = 0; k < c->to; k++)
      {
        double *sum = &want[m * c->to + k];

        *sum = gs_op_test_values (test, "op.layer.bias")[k]
               + (c->to == c->shape.c ? made[m * c->shape.c + k] : 0);
        for (guint channel = 0; channel < c->shape.c; channel++)
          *sum += normed[m * c->shape.c + channel] * weight[k * c->shape.c + channel];
      }
  gs_op_test_check (test, 0, want);
  check_nodes (test, c);
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  GsTensor *y;
  g_autofree double *x = NULL;
  g_autofree double *want = g_new (double, gs_shape_elements (c->shape));

  if (!gs_op_test_use_kernels (test, c->variant))
    return;
  if (c->taps > 0)
    {
      run_between (test, c);
      return;
    }
  y = gs_group_norm (test->graph, "norm", join (test, c), c->groups, 1e-5f);
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
