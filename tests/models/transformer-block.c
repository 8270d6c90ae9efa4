/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The U-Net's transformer against its plain form. */
#include "nn/transformer-block.h"

#include "naive.h"
#include "op-test.h"

#include <string.h>

typedef struct
{
  GsShape shape;
  guint32 heads, depth, groups;
  guint32 tokens, width; /* of the context */
} Case;

static const Case cases[] = {
  { { 1, 3, 5, 8 }, 2, 1, 4, 7, 12 },
  { { 2, 4, 2, 16 }, 4, 1, 8, 9, 8 }, /* each sample its own context */
  { { 1, 2, 3, 12 }, 1, 2, 3, 5, 4 }, /* two blocks; single head */
};

typedef struct
{
  GsOpTest *test;
  const char *scope;
} Names;

static const double *
weight (const Names *names, const char *name)
{
  g_autofree char *full = g_strdup_printf ("op.attentions.0.%s%s", names->scope, name);

  return gs_op_test_values (names->test, full);
}

/* x += W_out attention (...) over the layer-normed x */
static void
attend (const Names *names, const char *norm, const char *name, double *x, guint n, guint channels,
        const double *context, guint m, guint width, guint heads)
{
  g_autofree char *norm_weight = g_strconcat (norm, ".weight", NULL);
  g_autofree char *norm_bias = g_strconcat (norm, ".bias", NULL);
  g_autofree char *q_name = g_strconcat (name, ".to_q.weight", NULL);
  g_autofree char *k_name = g_strconcat (name, ".to_k.weight", NULL);
  g_autofree char *v_name = g_strconcat (name, ".to_v.weight", NULL);
  g_autofree char *q_bias = g_strconcat (name, ".to_q.bias", NULL);
  g_autofree char *k_bias = g_strconcat (name, ".to_k.bias", NULL);
  g_autofree char *v_bias = g_strconcat (name, ".to_v.bias", NULL);
  g_autofree char *out_weight = g_strconcat (name, ".to_out.0.weight", NULL);
  g_autofree char *out_bias = g_strconcat (name, ".to_out.0.bias", NULL);
  g_autofree double *h = naive_layer_norm (x, n, channels, 1e-5, weight (names, norm_weight),
                                           weight (names, norm_bias));
  const double *source = context != NULL ? context : h;
  g_autofree double *q = naive_linear (h, n, channels, weight (names, q_name),
                                       weight (names, q_bias), channels);
  g_autofree double *k = naive_linear (source, m, width, weight (names, k_name),
                                       weight (names, k_bias), channels);
  g_autofree double *v = naive_linear (source, m, width, weight (names, v_name),
                                       weight (names, v_bias), channels);
  g_autofree double *a = naive_attention (q, k, v, n, m, channels, heads);
  g_autofree double *y = naive_linear (a, n, channels, weight (names, out_weight),
                                       weight (names, out_bias), channels);

  naive_add (x, y, (gsize) n * channels);
}

static void
feed_forward (const Names *names, double *x, guint n, guint channels)
{
  g_autofree double *h = naive_layer_norm (x, n, channels, 1e-5, weight (names, "norm3.weight"),
                                           weight (names, "norm3.bias"));
  g_autofree double *wide = naive_linear (h, n, channels, weight (names, "ff.net.0.proj.weight"),
                                          weight (names, "ff.net.0.proj.bias"), 8 * channels);
  g_autofree double *gated = naive_geglu (wide, n, 4 * channels);
  g_autofree double *y = naive_linear (gated, n, 4 * channels, weight (names, "ff.net.2.weight"),
                                       weight (names, "ff.net.2.bias"), channels);

  naive_add (x, y, (gsize) n * channels);
}

static double *
reference (GsOpTest *test, const Case *c, const double *x, const double *context)
{
  guint n = c->shape.h * c->shape.w, channels = c->shape.c;
  const Names outer = { test, "" };
  g_autofree double *normed = naive_group_norm (x, n, channels, c->groups, 1e-6,
                                                weight (&outer, "norm.weight"),
                                                weight (&outer, "norm.bias"));
  g_autofree double *h = naive_linear (normed, n, channels, weight (&outer, "proj_in.weight"),
                                       weight (&outer, "proj_in.bias"), channels);
  double *y;

  for (guint i = 0; i < c->depth; i++)
    {
      g_autofree char *scope = g_strdup_printf ("transformer_blocks.%u.", i);
      const Names names = { test, scope };

      attend (&names, "norm1", "attn1", h, n, channels, NULL, n, channels, c->heads);
      attend (&names, "norm2", "attn2", h, n, channels, context, c->tokens, c->width, c->heads);
      feed_forward (&names, h, n, channels);
    }
  y = naive_linear (h, n, channels, weight (&outer, "proj_out.weight"),
                    weight (&outer, "proj_out.bias"), channels);
  naive_add (y, x, (gsize) n * channels);
  return y;
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  gsize n = gs_shape_elements (c->shape) / c->shape.n;
  gsize n_context = (gsize) c->tokens * c->width;
  GsTensor *x = gs_op_test_input (test, "x", c->shape);
  GsTensor *context = gs_op_test_input (test, "context",
                                        (GsShape) { c->shape.n, 1, c->tokens, c->width });
  g_autofree double *want = g_new (double, gs_shape_elements (c->shape));

  gs_op_test_output (test,
                     gs_transformer (test->graph, "attentions.0", x, context,
                                     &(GsTransformerOptions) { .heads = c->heads,
                                                               .depth = c->depth,
                                                               .groups = c->groups }));
  for (guint i = 0; i < c->shape.n; i++)
    {
      g_autofree double *y = reference (test, c, gs_op_test_values (test, "x") + i * n,
                                        gs_op_test_values (test, "context") + i * n_context);

      memcpy (want + i * n, y, n * sizeof *want);
    }
  /* The harness's weights have a size of 1, so scores reach the hundreds and attention all but
   * picks one token: half precision's error in a score shows as it is. Measured: 8.5e-3; float:
   * 1.1e-6. */
  if (test->dtype == GS_DTYPE_F16)
    test->tolerance = 2e-2;
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("transformer-block", cases, run)
