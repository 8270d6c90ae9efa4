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
  { { 2, 9, 14, 24 }, 20, 3, 1, FALSE, NOTHING, FALSE, "tile", { 2, 5, 7, 24 } },
  { { 2, 9, 14, 24 }, 20, 3, 1, FALSE, NOTHING, FALSE, "texel", { 2, 5, 7, 24 } },
  { { 2, 9, 14, 24 }, 20, 3, 1, FALSE, NOTHING, FALSE, "gather", { 2, 5, 7, 24 } },
  { { 2, 9, 14, 24 }, 20, 3, 1, FALSE, NOTHING, FALSE, "uniform", { 2, 5, 7, 24 } },
  { { 2, 9, 14, 24 }, 20, 3, 1, FALSE, NOTHING, FALSE, "uniform-tall", { 2, 5, 7, 24 } },
};

static gboolean
is_enlarged (const Case *c)
{
  return c->from.h > 0;
}

/* Element of what is convolved. */
static double
x_at (const Case *c, const double *x, guint n, guint row, guint column, guint k)
{
  const GsShape from = is_enlarged (c) ? c->from : c->x;

  row = row * from.h / c->x.h;
  column = column * from.w / c->x.w;
  return x[((n * from.h + row) * from.w + column) * from.c + k];
}

static double
convolve (const Case *c, const double *x, const double *w, guint n, int row, int column, guint k)
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
          sum += x_at (c, x, n, y, z, m)
                 * w[((k * c->x.c + m) * c->kernel + i) * c->kernel + j];
      }
  return sum;
}

static GsShape
addend_shape (const Case *c, GsShape y)
{
  return c->add == RESIDUAL ? y : (GsShape) { y.n, 1, 1, y.c };
}

/* What follows the convolution, in nodes of their own that it takes over. */
static GsTensor *
finish (GsOpTest *test, const Case *c, GsTensor *y)
{
  if (c->add != NOTHING)
    y = gs_add (test->graph, y, gs_op_test_input (test, "other", addend_shape (c, y->shape)));
  return c->silu ? gs_silu (test->graph, y) : y;
}

static GsTensor *
begin (GsOpTest *test, const Case *c)
{
  GsTensor *x = gs_op_test_input (test, "x", is_enlarged (c) ? c->from : c->x);

  return is_enlarged (c) ? gs_upsample (test->graph, x, c->x.h, c->x.w) : x;
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  GsTensor *y = gs_conv2d (test->graph, "conv", begin (test, c), c->channels, c->kernel,
                           .stride = c->stride, .pad_end_only = c->pad_end_only);
  const GsShape shape = y->shape;
  g_autofree double *want = g_new (double, gs_shape_elements (shape));
  gsize i = 0;

  if (!gs_op_test_use_kernels (test, c->variant))
    return;
  gs_op_test_output (test, finish (test, c, y));
  for (guint n = 0; n < shape.n; n++)
    for (guint row = 0; row < shape.h; row++)
      for (guint column = 0; column < shape.w; column++)
        for (guint k = 0; k < shape.c; k++, i++)
          {
            want[i] = convolve (c, gs_op_test_values (test, "x"),
                                gs_op_test_values (test, "op.conv.weight"), n, row, column, k)
                      + gs_op_test_values (test, "op.conv.bias")[k];
            if (c->add != NOTHING)
              want[i] += gs_op_test_values (test, "other")[c->add == RESIDUAL ? i
                                                                              : n * shape.c + k];
            if (c->silu)
              want[i] /= 1 + exp (-want[i]);
          }
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("conv2d", cases, run)
