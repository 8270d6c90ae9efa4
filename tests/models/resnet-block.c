/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The residual block against its plain form. */
#include "nn/resnet-block.h"

#include "naive.h"
#include "op-test.h"

#include <string.h>

#define EPSILON 1e-5f

typedef struct
{
  GsShape shape;
  guint32 channels; /* of the result */
  guint32 groups;
  guint32 time;     /* width of the time embedding; 0: none */
} Case;

static const Case cases[] = {
  { { 1, 5, 7, 8 }, 8, 4, 0 },    /* autoencoder: no time, no shortcut */
  { { 1, 6, 4, 8 }, 16, 8, 12 },  /* more channels: shortcut */
  { { 2, 3, 5, 16 }, 8, 2, 20 },  /* each sample its own time */
};

static const double *
weight (GsOpTest *test, const char *name)
{
  g_autofree char *full = g_strconcat ("op.block.", name, NULL);

  return gs_op_test_values (test, full);
}

/* One sample. time: already through SiLU. */
static double *
reference (GsOpTest *test, const Case *c, const double *x, const double *time)
{
  guint h = c->shape.h, w = c->shape.w, n = h * w;
  g_autofree double *a = naive_group_norm (x, n, c->shape.c, c->groups, EPSILON,
                                           weight (test, "norm1.weight"),
                                           weight (test, "norm1.bias"));
  g_autofree double *b = NULL, *d = NULL, *shortcut = NULL;
  double *y;

  naive_silu (a, (gsize) n * c->shape.c);
  b = naive_conv (a, h, w, c->shape.c, weight (test, "conv1.weight"), weight (test, "conv1.bias"),
                  c->channels, 3);
  if (c->time > 0)
    {
      g_autofree double *t = naive_linear (time, 1, c->time, weight (test, "time_emb_proj.weight"),
                                           weight (test, "time_emb_proj.bias"), c->channels);

      for (guint i = 0; i < n; i++)
        naive_add (b + (gsize) i * c->channels, t, c->channels);
    }
  d = naive_group_norm (b, n, c->channels, c->groups, EPSILON, weight (test, "norm2.weight"),
                        weight (test, "norm2.bias"));
  naive_silu (d, (gsize) n * c->channels);
  y = naive_conv (d, h, w, c->channels, weight (test, "conv2.weight"),
                  weight (test, "conv2.bias"), c->channels, 3);
  if (c->channels != c->shape.c)
    shortcut = naive_conv (x, h, w, c->shape.c, weight (test, "conv_shortcut.weight"),
                           weight (test, "conv_shortcut.bias"), c->channels, 1);
  naive_add (y, shortcut != NULL ? shortcut : x, (gsize) n * c->channels);
  return y;
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  gsize n_in = (gsize) c->shape.h * c->shape.w * c->shape.c;
  gsize n_out = (gsize) c->shape.h * c->shape.w * c->channels;
  GsTensor *x = gs_op_test_input (test, "x", c->shape);
  GsTensor *time = c->time > 0 ? gs_op_test_input (test, "time",
                                                   (GsShape) { c->shape.n, 1, 1, c->time })
                               : NULL;
  g_autofree double *want = g_new (double, c->shape.n * n_out);

  gs_op_test_output (test, gs_resnet_block (test->graph, "block", x, time, c->channels, c->groups,
                                            EPSILON));
  for (guint n = 0; n < c->shape.n; n++)
    {
      const double *t = c->time > 0 ? gs_op_test_values (test, "time") + n * c->time : NULL;
      g_autofree double *y = reference (test, c, gs_op_test_values (test, "x") + n * n_in, t);

      memcpy (want + n * n_out, y, n_out * sizeof *want);
    }
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("resnet-block", cases, run)
