/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradients of enlargements, to twice the size and to odd ones. */
#include "op-test.h"

typedef struct
{
  GsShape x;
  guint32 h, w;
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 1 }, 1, 1 }, { { 2, 3, 5, 4 }, 6, 10 }, { { 1, 6, 5, 3 }, 11, 9 },
  { { 1, 2, 3, 5 }, 7, 4 },
};

static void
upsample (GsOpTest *test, gconstpointer data, double *y)
{
  const Case *c = data;
  const double *x = gs_op_test_values (test, "x");

  for (guint n = 0; n < c->x.n; n++)
    for (guint i = 0; i < c->h; i++)
      for (guint j = 0; j < c->w; j++)
        for (guint k = 0; k < c->x.c; k++)
          *y++ = x[((n * c->x.h + i * c->x.h / c->h) * c->x.w + j * c->x.w / c->w) * c->x.c + k];
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  const char *names[] = { "x" };
  GsTensor *x = gs_op_test_input (test, "x", c->x);

  gs_op_test_check_gradients (test, gs_upsample (test->graph, x, c->h, c->w), names, 1, upsample,
                              c);
}

GS_OP_TEST_MAIN ("upsample-gradient", cases, run)
