/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channels to pixels, back, and the gradients of both. */
#include "op-test.h"

typedef struct
{
  GsShape  few;     /* the side with more channels and fewer pixels */
  guint32  r;
  gboolean is_back;
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 4 }, 2, FALSE },  { { 2, 3, 5, 12 }, 2, FALSE }, { { 1, 4, 2, 48 }, 4, FALSE },
  { { 1, 2, 3, 9 }, 3, FALSE },  { { 1, 1, 1, 4 }, 2, TRUE },   { { 2, 3, 5, 12 }, 2, TRUE },
  { { 1, 4, 2, 48 }, 4, TRUE },  { { 2, 2, 3, 27 }, 3, TRUE },
};

/* The other side's shape. */
static GsShape
many (const Case *c)
{
  return (GsShape) { c->few.n, c->few.h * c->r, c->few.w * c->r, c->few.c / c->r / c->r };
}

static void
reference (GsOpTest *test, gconstpointer data, double *y)
{
  const Case *c = data;
  const GsShape few = c->few, all = many (c);
  const double *x = gs_op_test_values (test, "x");
  const guint32 r = c->r;

  for (guint n = 0; n < few.n; n++)
    for (guint h = 0; h < few.h; h++)
      for (guint w = 0; w < few.w; w++)
        for (guint k = 0; k < all.c; k++)
          for (guint i = 0; i < r; i++)
            for (guint j = 0; j < r; j++)
              {
                const gsize a = ((n * few.h + h) * few.w + w) * few.c + k * r * r + i * r + j;
                const gsize b = ((n * all.h + h * r + i) * all.w + w * r + j) * all.c + k;

                y[c->is_back ? a : b] = x[c->is_back ? b : a];
              }
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  const char *names[] = { "x" };
  GsTensor *x = gs_op_test_input (test, "x", c->is_back ? many (c) : c->few), *y;
  g_autofree double *want = g_new (double, gs_shape_elements (c->few));

  y = c->is_back ? gs_pixel_unshuffle (test->graph, x, c->r) : gs_pixel_shuffle (test->graph, x, c->r);
  gs_op_test_output (test, y);
  gs_op_test_check_gradients (test, y, names, 1, reference, c);
  reference (test, c, want);
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("pixel-shuffle", cases, run)
