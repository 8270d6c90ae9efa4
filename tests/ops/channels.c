/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channels taken out and put back: the gradients of joined tensors and of slices. */
#include "op-test.h"

#include <math.h>

typedef struct
{
  GsShape  a;
  guint32  b_channels; /* joined with a; 0: slices of a are used, ... */
  guint32  heads;      /* ... by attention of that many heads         */
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 3 }, 1 }, { { 2, 3, 2, 5 }, 3 }, { { 2, 2, 2, 8 }, 4 },
  { { 2, 1, 5, 24 }, 0, 2 },
};

static void
concat (GsOpTest *test, gconstpointer data, double *y)
{
  const Case *c = data;
  const double *a = gs_op_test_values (test, "a"), *b = gs_op_test_values (test, "b");

  for (guint p = 0; p < gs_shape_pixels (c->a); p++)
    {
      for (guint k = 0; k < c->a.c; k++)
        *y++ = a[p * c->a.c + k];
      for (guint k = 0; k < c->b_channels; k++)
        *y++ = b[p * c->b_channels + k];
    }
}

/* One channel's result of a query: softmax (q k^T / sqrt (D)) v. */
static double
attend (const Case *c, const double *tokens, guint query, guint head, guint channel)
{
  const guint width = c->a.c / 3, channels = width / c->heads;
  const double *q = tokens + query * c->a.c + head * channels;
  double total = 0, sum = 0;

  for (guint j = 0; j < c->a.w; j++)
    {
      const double *k = tokens + j * c->a.c + width + head * channels, *v = k + width;
      double score = 0;

      for (guint i = 0; i < channels; i++)
        score += q[i] * k[i];
      score = exp (score / sqrt (channels));
      total += score;
      sum += score * v[channel];
    }
  return sum / total;
}

static void
self_attention (GsOpTest *test, gconstpointer data, double *y)
{
  const Case *c = data;
  const guint width = c->a.c / 3, channels = width / c->heads;

  for (guint p = 0; p < gs_shape_pixels (c->a); p++)
    for (guint k = 0; k < width; k++)
      *y++ = attend (c, gs_op_test_values (test, "a") + p / c->a.w * c->a.w * c->a.c, p % c->a.w,
                     k / channels, k % channels);
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  GsGraph *g = test->graph;
  GsShape b = c->a;
  GsTensor *x = gs_op_test_input (test, "a", c->a);
  const char *names[] = { "a", "b" };
  const guint32 width = c->a.c / 3;

  b.c = c->b_channels;
  if (c->b_channels > 0)
    gs_op_test_check_gradients (test, gs_concat (g, x, gs_op_test_input (test, "b", b)), names, 2,
                                concat, c);
  else
    gs_op_test_check_gradients (test,
                                gs_attention (g, gs_slice (g, x, 0, width),
                                              gs_slice (g, x, width, width),
                                              gs_slice (g, x, 2 * width, width), c->heads, FALSE),
                                names, 1, self_attention, c);
}

GS_OP_TEST_MAIN ("channels", cases, run)
