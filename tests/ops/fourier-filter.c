/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Against the whole transform, there and back: shifted, a block in the middle scaled, shifted back. */
#include "op-test.h"

#include <complex.h>
#include <math.h>

typedef struct
{
  GsShape shape;
  float   scale;
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 4 }, 0.5f },    /* one pixel: frequency 0 alone */
  { { 2, 1, 7, 8 }, 0.2f },    { { 1, 6, 1, 20 }, 0.9f }, { { 1, 2, 2, 4 }, 0.2f },
  { { 2, 5, 3, 12 }, 1.5f },   { { 1, 8, 8, 32 }, 0.9f }, { { 2, 9, 14, 20 }, 0.25f },
  { { 1, 20, 13, 4 }, 0 },     { { 1, 3, 4, 8 }, 1 },
};

/* The transform of n numbers, `step` apart, in place. */
static void
transform (double complex *x, guint n, guint step, int sign)
{
  g_autofree double complex *y = g_new0 (double complex, n);

  for (guint k = 0; k < n; k++)
    for (guint i = 0; i < n; i++)
      y[k] += x[i * step] * cexp (sign * 2 * G_PI * I * k * i / n);
  for (guint k = 0; k < n; k++)
    x[k * step] = y[k];
}

static void
transform_both (double complex *x, guint h, guint w, int sign)
{
  for (guint i = 0; i < h; i++)
    transform (x + i * w, w, 1, sign);
  for (guint j = 0; j < w; j++)
    transform (x + j, h, w, sign);
}

/* Whether shifted place i is within `[n / 2 - 1, n / 2 + 1)`, a slice that ends where the axis does. */
static gboolean
is_low (guint place, guint n)
{
  const guint shifted = (place + n / 2) % n;

  return n == 1 || (shifted + 1 >= n / 2 && shifted < n / 2 + 1);
}

static void
filter (const Case *c, const double *x, double *y)
{
  const guint h = c->shape.h, w = c->shape.w;
  g_autofree double complex *f = g_new (double complex, h * w);

  for (guint i = 0; i < h * w; i++)
    f[i] = x[i * c->shape.c];
  transform_both (f, h, w, -1);
  for (guint i = 0; i < h * w; i++)
    if (is_low (i / w, h) && is_low (i % w, w))
      f[i] *= c->scale;
  transform_both (f, h, w, 1);
  for (guint i = 0; i < h * w; i++)
    y[i * c->shape.c] = creal (f[i]) / (h * w);
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  const gsize n_sample = gs_shape_elements (c->shape) / c->shape.n;
  GsTensor *x = gs_op_test_input (test, "x", c->shape);
  g_autofree double *want = g_new (double, gs_shape_elements (c->shape));

  /* So that low frequencies are a good part of it. */
  gs_op_test_offset (test, "x", 1);
  gs_op_test_output (test, gs_fourier_filter (test->graph, x, c->scale));
  for (guint n = 0; n < c->shape.n; n++)
    for (guint channel = 0; channel < c->shape.c; channel++)
      filter (c, gs_op_test_values (test, "x") + n * n_sample + channel,
              want + n * n_sample + channel);
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("fourier-filter", cases, run)
