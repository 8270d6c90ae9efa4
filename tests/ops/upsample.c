/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nearest-neighbour enlargement, also to odd sizes. */
#include "op-test.h"

typedef struct
{
  GsShape x;
  guint32 h, w;
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 1 }, 2, 2 },
  { { 2, 3, 5, 6 }, 6, 10 },
  { { 1, 2, 3, 32 }, 3, 5 },
  { { 1, 8, 8, 64 }, 16, 16 },
};

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  GsTensor *x = gs_op_test_input (test, "x", c->x);
  g_autofree double *want = g_new (double, (gsize) c->x.n * c->h * c->w * c->x.c);
  gsize i = 0;

  gs_op_test_output (test, gs_upsample (test->graph, x, c->h, c->w));
  for (guint n = 0; n < c->x.n; n++)
    for (guint row = 0; row < c->h; row++)
      for (guint column = 0; column < c->w; column++)
        for (guint k = 0; k < c->x.c; k++)
          want[i++] = gs_op_test_values (test, "x")[((n * c->x.h + row * c->x.h / c->h) * c->x.w
                                                     + column * c->x.w / c->w) * c->x.c + k];
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("upsample", cases, run)
