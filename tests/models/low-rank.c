/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Low-rank factors beside layers, alone and in joined ones, and their gradients. */
#include "nn/low-rank.h"

#include "op-test.h"

typedef struct
{
  const char *layer;   /* in the scope "unet"                             */
  guint       n_parts; /* that it joins                                   */
  const char *module;  /* the name of the factors                         */
  guint       which;   /* that part's number                              */
  guint32     channels; /* of a part */
  guint32     kernel;   /* of a convolution; 0: a linear layer */
} Case;

static const Case cases[] = {
  { "attn.proj_in", 1, "lora_unet_attn_proj_in", 0, 6 },
  { "{to_q,to_k,to_v}", 3, "lora_unet_to_k", 1, 4 },
  { "conv1", 1, "lora_unet_conv1", 0, 6, 3 },
};

#define TOKENS 5
#define WIDTH 8
#define RANK 2
#define SCALE 0.5

static const double *
factor (GsOpTest *test, const Case *c, const char *which)
{
  g_autofree char *name = g_strdup_printf ("%s.lora_%s.weight", c->module, which);

  return gs_op_test_values (test, name);
}

/* The taps of a kernel: as many as a layer without one has, squared. */
static guint
taps_of (const Case *c)
{
  return MAX (c->kernel, 1) * MAX (c->kernel, 1);
}

/* A row's product with the weight of all channels around a token: a picture of one row, of which the
 * kernel's middle row sees something. */
static double
product (const Case *c, const double *x, const double *weight, guint row, guint token)
{
  const guint kernel = MAX (c->kernel, 1);
  double sum = 0;

  for (guint tap = 0; tap < kernel; tap++)
    {
      const guint other = token + tap - kernel / 2; /* wraps round to a large one */

      for (guint k = 0; other < TOKENS && k < WIDTH; k++)
        sum += x[other * WIDTH + k]
               * weight[((row * WIDTH + k) * kernel + kernel / 2) * kernel + tap];
    }
  return sum;
}

static void
reference (GsOpTest *test, gconstpointer data, double *y)
{
  const Case *c = data;
  const guint channels = c->channels * c->n_parts;
  g_autofree char *weight = g_strdup_printf ("unet.%s.weight", c->layer);
  g_autofree char *bias = g_strdup_printf ("unet.%s.bias", c->layer);
  const double *x = gs_op_test_values (test, "x"), *down = factor (test, c, "down");
  const double *up = factor (test, c, "up");

  for (guint i = 0; i < TOKENS * channels; i++)
    {
      const guint token = i / channels, o = i % channels, part = o / c->channels;

      y[i] = gs_op_test_values (test, bias)[o]
             + product (c, x, gs_op_test_values (test, weight), o, token);
      for (guint r = 0; r < RANK && part == c->which; r++)
        y[i] += SCALE * up[o % c->channels * RANK + r] * product (c, x, down, r, token);
    }
}

static void
add_values (GsOpTest *test, const Case *c, const char *which, guint n)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < n; i++)
    {
      const double value = g_rand_int_range (test->rand, -64, 65) / 64.0;

      g_array_append_val (values, value);
    }
  g_hash_table_insert (test->inputs, g_strdup_printf ("%s.lora_%s.weight", c->module, which),
                       values);
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GsLowRank) modules = gs_low_rank_new ();
  g_autofree char *down = g_strdup_printf ("%s.lora_down.weight", c->module);
  g_autofree char *up = g_strdup_printf ("%s.lora_up.weight", c->module);
  const char *names[] = { "x", down, up };
  GsTensor *x = gs_op_test_input (test, "x", (GsShape) { 1, 1, TOKENS, WIDTH }), *y;
  g_autofree double *want = g_new (double, TOKENS * c->channels * c->n_parts);

  add_values (test, c, "down", RANK * WIDTH * taps_of (c));
  add_values (test, c, "up", c->channels * RANK);
  gs_low_rank_add (modules, c->module, RANK, SCALE);
  gs_low_rank_attach (modules, test->graph);
  g_string_assign (test->graph->scope, "unet");
  y = c->kernel > 0 ? gs_conv2d (test->graph, c->layer, x, c->channels, c->kernel)
                    : gs_linear (test->graph, c->layer, x, c->channels * c->n_parts);
  gs_op_test_output (test, y);
  gs_op_test_check_gradients (test, y, names, 3, reference, c);
  reference (test, c, want);
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("low-rank", cases, run)
