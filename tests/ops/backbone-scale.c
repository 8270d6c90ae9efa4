/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Half of the channels by a factor of the pixels' means. */
#include "op-test.h"

typedef struct
{
  GsShape shape;
  float   factor;
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 8 }, 1.5f }, /* one pixel: there is no range */
  { { 2, 1, 2, 8 }, 1.6f },    { { 2, 5, 7, 24 }, 1.5f }, { { 1, 9, 13, 64 }, 1.3f },
  { { 3, 16, 12, 40 }, 0.5f }, { { 1, 4, 4, 1280 }, 1.4f },
};

static double
mean_of (const double *x, guint n)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += x[i] / n;
  return sum;
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  const guint channels = c->shape.c, pixels = c->shape.h * c->shape.w;
  GsTensor *x = gs_op_test_input (test, "x", c->shape);
  const double *values = gs_op_test_values (test, "x");
  g_autofree double *want = g_new (double, gs_shape_elements (c->shape));

  gs_op_test_output (test, gs_backbone_scale (test->graph, x, c->factor));
  for (guint n = 0; n < c->shape.n; n++)
    {
      const double *sample = values + (gsize) n * pixels * channels;
      double low = G_MAXDOUBLE, high = -G_MAXDOUBLE;

      for (guint p = 0; p < pixels; p++)
        {
          low = MIN (low, mean_of (sample + p * channels, channels));
          high = MAX (high, mean_of (sample + p * channels, channels));
        }
      for (guint p = 0; p < pixels; p++)
        for (guint k = 0; k < channels; k++)
          {
            const double mean = mean_of (sample + p * channels, channels);
            const double share = pixels > 1 ? (mean - low) / (high - low) : 0;

            want[((gsize) n * pixels + p) * channels + k]
              = sample[p * channels + k] * (k < channels / 2 ? 1 + (c->factor - 1) * share : 1);
          }
    }
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("backbone-scale", cases, run)
