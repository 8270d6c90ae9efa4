/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolutions of every kind that the models use, on odd sizes too. */
#include "op-test.h"

#include <math.h>

typedef struct
{
  GsShape  x;
  guint32  channels, kernel, stride;
  gboolean pad_end_only;
  enum { NOTHING, RESIDUAL, PER_SAMPLE } add;
  gboolean silu;
  const char *variant; /* of the kernel: GESSO_KERNELS; NULL: as the device likes */
  GsShape from; /* h, w > 0: x is enlarged from so many pixels */
  guint32 first; /* channels of the first of two tensors that make up x, or 0 */
  guint32 shortcut; /* channels of what a 1x1 convolution makes the addend of, or 0 */
  guint32 shortcut_first; /* as first */
  GsDtype blocks;         /* that weights lie in; F64, which is 0: none */
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 4 }, 4, 3, 1 },
  { { 1, 1, 1, 1 }, 1, 1, 1 },
  { { 2, 5, 7, 12 }, 20, 3, 1 },
  { { 1, 16, 16, 48 }, 48, 3, 1, FALSE, RESIDUAL },
  { { 1, 9, 11, 9 }, 32, 3, 1 },              /* the 9-channel inpainting U-Net's first */
  { { 1, 8, 8, 32 }, 3, 3, 1 },               /* the decoder's last */
  { { 2, 6, 5, 24 }, 17, 1, 1, FALSE, RESIDUAL },
  { { 1, 12, 20, 16 }, 16, 3, 2 },            /* the U-Net's downsampling */
  { { 1, 7, 9, 16 }, 24, 3, 2 },
  { { 1, 12, 20, 16 }, 16, 3, 2, TRUE },      /* the encoder's */
  { { 1, 7, 9, 8 }, 8, 3, 2, TRUE },
  { { 2, 5, 6, 16 }, 24, 3, 1, FALSE, PER_SAMPLE, TRUE },
  { { 2, 9, 7, 20 }, 7, 3, 2, TRUE, PER_SAMPLE, TRUE, "tile" },
  { { 1, 13, 11, 72 }, 100, 3, 1, FALSE, RESIDUAL, FALSE, "tile" },
  { { 1, 13, 11, 72 }, 100, 3, 1, FALSE, NOTHING, FALSE, "tile-32x32" },
  { { 1, 13, 11, 12 }, 97, 3, 1, FALSE, NOTHING, FALSE, "tile-128x64" },
  { { 2, 13, 11, 20 }, 140, 3, 1, FALSE, NOTHING, FALSE, "tile-128x128" },
  { { 2, 9, 7, 24 }, 7, 3, 2, TRUE, PER_SAMPLE, TRUE, "coopmat" },
  { { 1, 13, 11, 72 }, 100, 3, 1, FALSE, RESIDUAL, FALSE, "coopmat" },
  { { 1, 13, 11, 72 }, 100, 3, 1, FALSE, NOTHING, FALSE, "coopmat-64x32" },
  { { 3, 9, 7, 24 }, 7, 3, 1, FALSE, PER_SAMPLE, TRUE, "coopmat2" },
  { { 5, 3, 2, 72 }, 100, 3, 1, FALSE, RESIDUAL, FALSE, "coopmat2" }, /* several pictures a tile */
  { { 2, 13, 35, 8 }, 33, 3, 1, FALSE, NOTHING, FALSE, "coopmat2" },
  { { 1, 7, 9, 16 }, 24, 3, 2, FALSE, NOTHING, FALSE, "coopmat2" }, /* falls back */
  { { 2, 9, 7, 24 }, 7, 3, 2, TRUE, PER_SAMPLE, TRUE, "half" },
  { { 1, 13, 11, 72 }, 100, 3, 1, FALSE, RESIDUAL, FALSE, "half", .first = 24 },
  { { 2, 9, 7, 20 }, 7, 3, 2, TRUE, PER_SAMPLE, TRUE, "texel" },
  { { 1, 13, 11, 72 }, 100, 3, 1, FALSE, RESIDUAL, FALSE, "texel" },
  { { 2, 9, 7, 20 }, 7, 3, 2, TRUE, PER_SAMPLE, TRUE, "gather" },
  { { 1, 13, 11, 72 }, 100, 3, 1, FALSE, RESIDUAL, FALSE, "gather" },
  { { 2, 9, 7, 20 }, 7, 3, 2, TRUE, PER_SAMPLE, TRUE, "uniform" },
  { { 1, 13, 11, 72 }, 100, 3, 1, FALSE, RESIDUAL, FALSE, "uniform" },
  { { 2, 3, 5, 48 }, 33, 1, 1, FALSE, NOTHING, FALSE, "uniform" },
  { { 2, 9, 7, 20 }, 7, 3, 2, TRUE, PER_SAMPLE, TRUE, "uniform-tall" },
  { { 1, 4, 6, 8 }, 8, 3, 2, FALSE, NOTHING, FALSE, NULL, { 1, 2, 3, 8 } },
  { { 1, 6, 6, 8 }, 8, 3, 1, FALSE, NOTHING, FALSE, NULL, { 1, 2, 3, 8 } }, /* stays a node */
  { { 1, 5, 4, 12 }, 8, 3, 1, .first = 6 },                                /* likewise */
  { { 2, 5, 7, 56 }, 20, 3, 1, FALSE, RESIDUAL, FALSE, "tile", .first = 40 },
  { { 1, 3, 5, 56 }, 36, 1, 1, FALSE, NOTHING, FALSE, "tile", .first = 20 },
  { { 1, 13, 11, 72 }, 100, 3, 1, FALSE, RESIDUAL, FALSE, "tile-32x32", .first = 20 },
  { { 1, 13, 11, 72 }, 100, 3, 2, FALSE, NOTHING, TRUE, "tile-128x64", .first = 44 },
  { { 1, 13, 11, 72 }, 140, 3, 1, FALSE, NOTHING, FALSE, "tile-128x128", .first = 4 },
  { { 2, 5, 7, 56 }, 20, 3, 1, FALSE, RESIDUAL, FALSE, "coopmat", .first = 40 },
  { { 1, 3, 5, 56 }, 36, 1, 1, FALSE, NOTHING, FALSE, "coopmat", .first = 8 },
  { { 1, 3, 5, 56 }, 36, 1, 1, FALSE, NOTHING, FALSE, "coopmat", .first = 20 }, /* falls back */
  { { 1, 13, 11, 72 }, 100, 3, 1, FALSE, NOTHING, FALSE, "coopmat-64x32", .first = 24 },
  { { 2, 5, 7, 152 }, 20, 3, 1, FALSE, RESIDUAL, FALSE, "coopmat2", .first = 72 },
  { { 1, 3, 5, 56 }, 36, 1, 1, FALSE, NOTHING, FALSE, "coopmat2", .first = 8 },
  { { 2, 5, 7, 56 }, 20, 3, 1, FALSE, RESIDUAL, FALSE, "texel", .first = 40 },
  { { 1, 3, 5, 56 }, 36, 1, 1, FALSE, NOTHING, FALSE, "texel", .first = 20 },
  { { 2, 5, 7, 56 }, 20, 3, 1, FALSE, RESIDUAL, FALSE, "gather", .first = 40 },
  { { 1, 3, 5, 56 }, 36, 1, 1, FALSE, NOTHING, FALSE, "gather", .first = 20 },
  { { 2, 5, 7, 56 }, 20, 3, 1, FALSE, RESIDUAL, FALSE, "uniform", .first = 40 },
  { { 1, 3, 5, 56 }, 36, 1, 1, FALSE, NOTHING, FALSE, "uniform", .first = 20 },
  { { 2, 5, 7, 56 }, 20, 3, 1, FALSE, RESIDUAL, FALSE, "uniform-tall", .first = 40 },
  { { 1, 3, 5, 56 }, 36, 1, 1, FALSE, NOTHING, FALSE, "uniform-tall", .first = 20 },
  { { 2, 9, 14, 24 }, 20, 3, 1, FALSE, NOTHING, FALSE, "tile", { 2, 5, 7, 24 } },
  { { 2, 9, 14, 24 }, 20, 3, 1, FALSE, NOTHING, FALSE, "texel", { 2, 5, 7, 24 } },
  { { 2, 9, 14, 24 }, 20, 3, 1, FALSE, NOTHING, FALSE, "gather", { 2, 5, 7, 24 } },
  { { 2, 9, 14, 24 }, 20, 3, 1, FALSE, NOTHING, FALSE, "uniform", { 2, 5, 7, 24 } },
  { { 2, 9, 14, 24 }, 20, 3, 1, FALSE, NOTHING, FALSE, "uniform-tall", { 2, 5, 7, 24 } },
  { { 2, 5, 7, 12 }, 20, 3, 1, .shortcut = 8 },
  { { 1, 12, 10, 16 }, 16, 3, 2, .shortcut = 8 }, /* stays a node, and so does the next one */
  { { 2, 5, 7, 24 }, 20, 1, 1, .shortcut = 32 },
  { { 2, 13, 11, 20 }, 100, 3, 1, FALSE, NOTHING, TRUE, "tile", .shortcut = 28 },
  { { 1, 5, 7, 56 }, 17, 3, 1, FALSE, NOTHING, FALSE, "tile",
    .first = 40, .shortcut = 36, .shortcut_first = 12 },
  { { 1, 13, 11, 12 }, 140, 3, 1, FALSE, NOTHING, FALSE, "tile-128x128",
    .shortcut = 44, .shortcut_first = 4 },
  { { 2, 5, 7, 24 }, 20, 3, 1, FALSE, NOTHING, TRUE, "coopmat", .shortcut = 40 },
  { { 1, 13, 11, 40 }, 100, 3, 1, FALSE, NOTHING, FALSE, "coopmat-64x32",
    .shortcut = 72, .shortcut_first = 24 },
  { { 1, 5, 7, 24 }, 20, 3, 1, FALSE, NOTHING, FALSE, "coopmat", .shortcut = 20 }, /* in two */
  { { 2, 5, 7, 24 }, 20, 3, 1, FALSE, NOTHING, TRUE, "coopmat2",
    .first = 16, .shortcut = 80, .shortcut_first = 72 },
  { { 1, 5, 7, 56 }, 17, 3, 1, FALSE, NOTHING, FALSE, "half",
    .first = 40, .shortcut = 32, .shortcut_first = 8 },
  { { 1, 5, 7, 56 }, 17, 3, 1, FALSE, NOTHING, FALSE, "texel",
    .first = 40, .shortcut = 36, .shortcut_first = 12 }, /* likewise, and so does the next one */
  { { 2, 9, 7, 20 }, 7, 3, 1, FALSE, NOTHING, TRUE, "uniform",
    .shortcut = 20, .shortcut_first = 12 },
  /* Weights in blocks, which run across taps, and of K formats across columns. */
  { { 1, 5, 6, 64 }, 20, 3, 1, FALSE, NOTHING, FALSE, "uniform", .blocks = GS_DTYPE_Q4_0 },
  { { 1, 4, 5, 96 }, 37, 3, 1, FALSE, RESIDUAL, FALSE, "uniform", .first = 32, .blocks = GS_DTYPE_Q4_1 },
  { { 2, 5, 6, 32 }, 20, 3, 2, FALSE, NOTHING, TRUE, "uniform-tall", .blocks = GS_DTYPE_Q8_0 },
  { { 1, 4, 5, 32 }, 24, 3, 1, FALSE, NOTHING, FALSE, "uniform", .blocks = GS_DTYPE_Q5_K },
  { { 1, 4, 5, 64 }, 16, 3, 1, FALSE, NOTHING, FALSE, "uniform", .blocks = GS_DTYPE_Q6_K },
  { { 1, 4, 5, 96 }, 37, 3, 1, FALSE, RESIDUAL, FALSE, "tile-32x32", .first = 32,
    .blocks = GS_DTYPE_Q5_1 },
  { { 1, 4, 5, 32 }, 24, 3, 2, FALSE, NOTHING, FALSE, "tile-32x32", .blocks = GS_DTYPE_Q6_K },
  { { 1, 5, 7, 64 }, 17, 3, 1, FALSE, NOTHING, FALSE, "tile-32x32",
    .shortcut = 96, .shortcut_first = 64, .blocks = GS_DTYPE_Q4_0 },
  { { 1, 9, 7, 64 }, 40, 3, 1, FALSE, RESIDUAL, FALSE, "coopmat", .blocks = GS_DTYPE_Q4_0 },
  { { 1, 4, 5, 96 }, 37, 3, 2, FALSE, NOTHING, TRUE, "coopmat", .first = 32, .blocks = GS_DTYPE_Q5_1 },
  { { 1, 4, 5, 32 }, 24, 3, 1, FALSE, NOTHING, FALSE, "coopmat", .blocks = GS_DTYPE_Q6_K },
  { { 1, 5, 7, 64 }, 17, 3, 1, FALSE, NOTHING, FALSE, "coopmat",
    .shortcut = 96, .shortcut_first = 64, .blocks = GS_DTYPE_Q8_0 },
};

static gboolean
is_enlarged (const Case *c)
{
  return c->from.h > 0;
}

typedef struct
{
  const double *x, *x2, *w;
} Values;

/* Element of what is convolved. */
static double
x_at (const Case *c, const Values *in, guint n, guint row, guint column, guint k)
{
  const GsShape from = is_enlarged (c) ? c->from : c->x;

  const gsize pixel = (n * from.h + row * from.h / c->x.h) * from.w + column * from.w / c->x.w;

  if (c->first == 0)
    return in->x[pixel * from.c + k];
  return k < c->first ? in->x[pixel * c->first + k]
                      : in->x2[pixel * (from.c - c->first) + k - c->first];
}

static double
convolve (const Case *c, const Values *in, guint n, int row, int column, guint k)
{
  const int pad = c->pad_end_only ? 0 : c->kernel / 2;
  double sum = 0;

  for (guint i = 0; i < c->kernel; i++)
    for (guint j = 0; j < c->kernel; j++)
      {
        const int y = row * (int) c->stride + (int) i - pad;
        const int z = column * (int) c->stride + (int) j - pad;

        if (y < 0 || z < 0 || y >= (int) c->x.h || z >= (int) c->x.w)
          continue;
        for (guint m = 0; m < c->x.c; m++)
          sum += x_at (c, in, n, y, z, m)
                 * in->w[((k * c->x.c + m) * c->kernel + i) * c->kernel + j];
      }
  return sum;
}

static GsShape
addend_shape (const Case *c, GsShape y)
{
  return c->add == RESIDUAL ? y : (GsShape) { y.n, 1, 1, y.c };
}

/* A residual block's, which stands in front of the convolution. NULL: there is none. */
static GsTensor *
make_shortcut (GsOpTest *test, const Case *c)
{
  GsShape shape = { c->x.n, (c->x.h - 1) / c->stride + 1, (c->x.w - 1) / c->stride + 1,
                    c->shortcut_first > 0 ? c->shortcut_first : c->shortcut };
  GsTensor *x;

  if (c->shortcut == 0)
    return NULL;
  x = gs_op_test_input (test, "shortcut_x", shape);
  shape.c = c->shortcut - shape.c;
  if (c->shortcut_first > 0)
    x = gs_concat (test->graph, x, gs_op_test_input (test, "shortcut_x2", shape));
  return gs_conv2d (test->graph, "shortcut", x, c->channels, 1);
}

/* Channel k of a pixel of it. */
static double
shortcut_at (GsOpTest *test, const Case *c, gsize pixel, guint k)
{
  const guint first = c->shortcut_first > 0 ? c->shortcut_first : c->shortcut;
  double sum = gs_op_test_values (test, "op.shortcut.bias")[k];

  for (guint m = 0; m < c->shortcut; m++)
    sum += gs_op_test_values (test, "op.shortcut.weight")[k * c->shortcut + m]
           * (m < first ? gs_op_test_values (test, "shortcut_x")[pixel * first + m]
                        : gs_op_test_values (test, "shortcut_x2")[pixel * (c->shortcut - first)
                                                                  + m - first]);
  return sum;
}

/* What follows the convolution, in nodes of their own that it takes over. */
static GsTensor *
finish (GsOpTest *test, const Case *c, GsTensor *y, GsTensor *shortcut)
{
  if (shortcut != NULL)
    y = gs_add (test->graph, y, shortcut);
  if (c->add != NOTHING)
    y = gs_add (test->graph, y, gs_op_test_input (test, "other", addend_shape (c, y->shape)));
  return c->silu ? gs_silu (test->graph, y) : y;
}

static GsTensor *
begin (GsOpTest *test, const Case *c)
{
  GsShape shape = is_enlarged (c) ? c->from : c->x;
  GsTensor *x;

  if (c->first > 0)
    shape.c = c->first;
  x = gs_op_test_input (test, "x", shape);
  shape.c = c->x.c - c->first;
  if (c->first > 0)
    x = gs_concat (test->graph, x, gs_op_test_input (test, "x2", shape));
  return is_enlarged (c) ? gs_upsample (test->graph, x, c->x.h, c->x.w) : x;
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  g_autofree double *want = NULL;
  GsTensor *shortcut, *y;
  GsShape shape;
  Values in;
  gsize i = 0;

  if (!gs_op_test_use_blocks (test, c->blocks, c->variant,
                              g_strcmp0 (c->variant, "tile-32x32") == 0 && c->blocks == GS_DTYPE_Q5_1))
    return;
  shortcut = make_shortcut (test, c);
  y = gs_conv2d (test->graph, "conv", begin (test, c), c->channels, c->kernel, .stride = c->stride,
                 .pad_end_only = c->pad_end_only);
  shape = y->shape;
  want = g_new (double, gs_shape_elements (shape));
  in = (Values) { gs_op_test_values (test, "x"), c->first > 0 ? gs_op_test_values (test, "x2") : NULL,
                  gs_op_test_values (test, "op.conv.weight") };
  if (!gs_op_test_use_kernels (test, c->variant))
    return;
  gs_op_test_output (test, finish (test, c, y, shortcut));
  for (guint n = 0; n < shape.n; n++)
    for (guint row = 0; row < shape.h; row++)
      for (guint column = 0; column < shape.w; column++)
        for (guint k = 0; k < shape.c; k++, i++)
          {
            want[i] = convolve (c, &in, n, row, column, k)
                      + gs_op_test_values (test, "op.conv.bias")[k];
            if (c->add != NOTHING)
              want[i] += gs_op_test_values (test, "other")[c->add == RESIDUAL ? i
                                                                              : n * shape.c + k];
            if (c->shortcut > 0)
              want[i] += shortcut_at (test, c, i / shape.c, k);
            if (c->silu)
              want[i] /= 1 + exp (-want[i]);
          }
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("conv2d", cases, run)
