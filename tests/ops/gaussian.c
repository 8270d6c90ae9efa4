/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples of normal distributions, their divergence from the standard one, and gradients. */
#include "op-test.h"

#include <math.h>

typedef struct
{
  GsShape  shape; /* of means */
  gboolean divergence;
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 1 } }, { { 2, 3, 5, 4 } }, { { 1, 4, 3, 3 } },
  { { 1, 1, 1, 1 }, TRUE }, { { 2, 9, 9, 4 }, TRUE },
};

#define FACTOR 0.25

static void
reference (GsOpTest *test, gconstpointer data, double *y)
{
  const Case *c = data;
  const guint channels = c->shape.c;
  const double *moments = gs_op_test_values (test, "moments");
  const double *noise = c->divergence ? NULL : gs_op_test_values (test, "noise");

  *y = 0;
  for (guint i = 0; i < gs_shape_elements (c->shape); i++)
    {
      const double mean = moments[i / channels * 2 * channels + i % channels];
      const double variance = exp (moments[i / channels * 2 * channels + channels + i % channels]);

      if (c->divergence)
        *y += FACTOR * 0.5 * (mean * mean + variance - 1 - log (variance));
      else
        y[i] = mean + sqrt (variance) * noise[i];
    }
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  const GsShape shape = { c->shape.n, c->shape.h, c->shape.w, 2 * c->shape.c };
  const char *names[] = { "moments" };
  GsTensor *moments = gs_op_test_input (test, "moments", shape), *y;
  g_autofree double *want = NULL;

  y = c->divergence ? gs_gaussian_divergence (test->graph, moments, FACTOR)
                    : gs_gaussian (test->graph, moments,
                                   gs_op_test_input (test, "noise", c->shape));
  want = g_new (double, gs_shape_elements (y->shape));
  gs_op_test_output (test, y);
  gs_op_test_check_gradients (test, y, names, 1, reference, c);
  reference (test, c, want);
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("gaussian", cases, run)
