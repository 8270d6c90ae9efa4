/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layer normalisation. */
#include "op-test.h"

#include <math.h>

typedef struct
{
  GsShape shape;
  double  offset;
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 1 } }, { { 2, 1, 77, 24 } }, { { 1, 4, 5, 320 } }, { { 1, 1, 9, 130 }, 30 },
};

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  const guint channels = c->shape.c;
  GsTensor *x = gs_op_test_input (test, "x", c->shape);
  g_autofree double *want = g_new (double, gs_shape_elements (c->shape));
  const double *v, *weight, *bias;

  gs_op_test_offset (test, "x", c->offset);
  gs_op_test_output (test, gs_layer_norm (test->graph, "norm", x, 1e-5f));
  v = gs_op_test_values (test, "x");
  weight = gs_op_test_values (test, "op.norm.weight");
  bias = gs_op_test_values (test, "op.norm.bias");
  for (gsize t = 0; t < gs_shape_pixels (c->shape); t++)
    {
      double mean = 0, variance = 0;

      for (guint k = 0; k < channels; k++)
        mean += v[t * channels + k] / channels;
      for (guint k = 0; k < channels; k++)
        variance += pow (v[t * channels + k] - mean, 2) / channels;
      for (guint k = 0; k < channels; k++)
        want[t * channels + k] = (v[t * channels + k] - mean) / sqrt (variance + 1e-5) * weight[k]
                                 + bias[k];
    }
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("layer-norm", cases, run)
