/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradients of attention: self, cross, causal. */
#include "op-test.h"
#include "ops/matmul-private.h"

#include <math.h>

typedef struct
{
  guint    n, queries, keys, heads, channels; /* channels: of a head */
  gboolean causal;
  const char *variant; /* of the kernel: GESSO_KERNELS; NULL: as the device likes */
} Case;

#define WIDE 84 /* several turns for the channels of a head */

static const Case cases[] = {
  { 1, 2, 2, 1, 4 }, { 2, 5, 3, 2, 4 }, { 1, 7, 7, 3, 8, TRUE }, { 1, 3, 9, 1, 20 },
  { 2, 5, 3, 2, 4, FALSE, "uniform" }, { 1, 37, 37, 2, 8, TRUE, "uniform" },
  { 1, 250, 245, 1, 4, FALSE, "uniform" }, { 1, 3, 4, 1, WIDE, FALSE, "uniform" },
};

/* One query's result for one head. */
static void
attend (const Case *c, const double *q, const double *k, const double *v, guint keys, double *y)
{
  const guint width = c->heads * c->channels;
  double total = 0;

  for (guint i = 0; i < c->channels; i++)
    y[i] = 0;
  for (guint j = 0; j < keys; j++)
    {
      double score = 0;

      for (guint i = 0; i < c->channels; i++)
        score += q[i] * k[j * width + i];
      score = exp (score / sqrt (c->channels));
      total += score;
      for (guint i = 0; i < c->channels; i++)
        y[i] += score * v[j * width + i];
    }
  for (guint i = 0; i < c->channels; i++)
    y[i] /= total;
}

static void
attention (GsOpTest *test, gconstpointer data, double *y)
{
  const Case *c = data;
  const guint width = c->heads * c->channels;

  for (guint n = 0; n < c->n; n++)
    for (guint query = 0; query < c->queries; query++)
      for (guint head = 0; head < c->heads; head++)
        {
          const guint at = (n * c->queries + query) * width + head * c->channels;
          const guint key = n * c->keys * width + head * c->channels;

          attend (c, gs_op_test_values (test, "q") + at, gs_op_test_values (test, "k") + key,
                  gs_op_test_values (test, "v") + key,
                  c->causal ? MIN (query + 1, c->keys) : c->keys, y + at);
        }
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  const guint width = c->heads * c->channels;
  const char *names[] = { "q", "k", "v" };
  GsTensor *q, *k, *v;

  if (!gs_op_test_use_kernels (test, NULL))
    return;
  if (c->variant != NULL && c->channels == WIDE
      && gs_matmul_choose (test->device) < GS_MATMUL_UNIFORM)
    {
      g_test_skip ("a driver that does without these kernels compiles them for minutes");
      return;
    }
  if (!gs_op_test_use_kernels (test, c->variant))
    return;
  q = gs_op_test_input (test, "q", (GsShape) { c->n, 1, c->queries, width });
  k = gs_op_test_input (test, "k", (GsShape) { c->n, 1, c->keys, width });
  v = gs_op_test_input (test, "v", (GsShape) { c->n, 1, c->keys, width });

  gs_op_test_check_gradients (test, gs_attention (test->graph, q, k, v, c->heads, c->causal),
                              names, 3, attention, c);
}

GS_OP_TEST_MAIN ("attention-gradient", cases, run)
