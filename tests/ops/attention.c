/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attention of every kind that the models use: self, cross, causal, one wide head; and with what makes
 * its queries. */
#include "op-test.h"

#include "tensor/op-class.h"

#include <math.h>

typedef struct
{
  guint    n, queries, keys, heads, channels; /* channels: of a head */
  gboolean causal;
  const char *variant; /* of the kernel: GESSO_KERNELS; NULL: as the device likes */
  gboolean joined; /* self-attention: queries, keys and values are slices of one tensor */
  gboolean steep;  /* scores differ by hundreds, so that running maxima rise */
  enum { GIVEN, PROJECTED, NORMALISED } queries_are; /* by a linear layer, after a layer norm */
} Case;

static const Case cases[] = {
  { 1, 1, 1, 1, 4 },    { 2, 9, 77, 8, 4 },          { 1, 64, 64, 2, 40 },
  { 1, 35, 35, 1, 80 }, { 2, 77, 77, 4, 16, TRUE },  { 1, 130, 154, 2, 64 },
  { 1, 20, 77, 1, 160 }, { 1, 60, 60, 1, 512 },      { 1, 100, 200, 3, 8 },
  { 2, 19, 37, 2, 12, FALSE, "tile" },    { 1, 37, 37, 3, 8, TRUE, "tile" },
  { 2, 19, 37, 2, 12, FALSE, "texel" },   { 1, 37, 37, 3, 8, TRUE, "texel" },
  { 2, 19, 37, 2, 12, FALSE, "gather" },  { 1, 37, 37, 3, 8, TRUE, "gather" },
  { 2, 19, 37, 2, 16, FALSE, "coopmat" }, { 1, 77, 77, 2, 8, TRUE, "coopmat" },
  { 1, 70, 130, 2, 40, FALSE, "coopmat" }, { 1, 20, 40, 1, 24, FALSE, "tuned" },
  { 1, 65, 70, 1, 160, FALSE, "tile" },   { 1, 130, 40, 1, 132, FALSE, "tile" },
  /* Few distinct kernels: old drivers take long to compile them. */
  { 1, 37, 37, 3, 8, TRUE, "uniform" },   { 1, 300, 300, 1, 8, TRUE, "uniform" },
  { 1, 5, 9, 1, 84, FALSE, "uniform" }, { 4, 20, 500, 4, 20, FALSE, "uniform", FALSE, TRUE },
  { 1, 40, 100, 1, 40, FALSE, NULL, FALSE, TRUE },
  { 2, 37, 37, 3, 8, FALSE, "tile", TRUE },    { 2, 37, 37, 3, 8, FALSE, "texel", TRUE },
  { 2, 37, 37, 3, 8, FALSE, "gather", TRUE },  { 2, 37, 37, 3, 8, FALSE, "uniform", TRUE },
  { 2, 37, 37, 3, 8, FALSE, "coopmat", TRUE }, { 2, 9, 9, 1, 512, FALSE, NULL, TRUE },
  /* Some make queries themselves. */
  { 2, 19, 37, 2, 16, FALSE, "coopmat", FALSE, FALSE, NORMALISED },
  { 1, 70, 130, 2, 40, FALSE, "coopmat", FALSE, FALSE, PROJECTED },
  { 2, 70, 77, 3, 40, FALSE, "coopmat", FALSE, FALSE, NORMALISED }, /* channels end within a slab */
  { 1, 20, 40, 1, 24, FALSE, "tuned", FALSE, FALSE, NORMALISED },
  { 1, 19, 37, 2, 16, FALSE, "tile", FALSE, FALSE, PROJECTED },
};

#define NORM_EPSILON 1e-5f

/* Where an operand's values lie, and how far apart tokens are. */
typedef struct
{
  const double *values;
  guint pitch;
} Operand;

static void
attend (const Case *c, Operand q, Operand k, Operand v, guint n, guint query, guint head, double *y)
{
  const guint width = c->heads * c->channels;
  const guint keys = c->causal ? MIN (query + 1, c->keys) : c->keys;
  g_autofree double *scores = g_new0 (double, keys);
  double highest = -1e300, total = 0;

  for (guint j = 0; j < keys; j++)
    {
      for (guint i = 0; i < c->channels; i++)
        scores[j] += q.values[(n * c->queries + query) * q.pitch + head * c->channels + i]
                     * k.values[(n * c->keys + j) * k.pitch + head * c->channels + i];
      scores[j] /= sqrt (c->channels);
      highest = MAX (highest, scores[j]);
    }
  for (guint j = 0; j < keys; j++)
    total += scores[j] = exp (scores[j] - highest);
  for (guint i = 0; i < c->channels; i++)
    {
      double sum = 0;

      for (guint j = 0; j < keys; j++)
        sum += scores[j] / total * v.values[(n * c->keys + j) * v.pitch + head * c->channels + i];
      y[(n * c->queries + query) * width + head * c->channels + i] = sum;
    }
}

/* q, k, v of the case: inputs of their own, or one input's slices. */
static void
make_operands (GsOpTest *test, const Case *c, GsTensor **tensors, Operand *operands)
{
  static const char *const names[] = { "q", "k", "v" };
  const guint width = c->heads * c->channels;
  GsTensor *joined = c->joined ? gs_op_test_input (test, "qkv", (GsShape) { c->n, 1, c->queries,
                                                                            3 * width }) : NULL;

  for (guint i = 0; i < 3; i++)
    {
      const GsShape shape = { c->n, 1, i == 0 ? c->queries : c->keys, width };

      tensors[i] = c->joined ? gs_slice (test->graph, joined, i * width, width)
                             : gs_op_test_input (test, names[i], shape);
      if (c->steep && i == 0)
        gs_op_test_offset (test, names[i], 30);
      operands[i].values = gs_op_test_values (test, c->joined ? "qkv" : names[i])
                           + (c->joined ? i * width : 0);
      operands[i].pitch = c->joined ? 3 * width : width;
    }
}

/* Instead of an input: q = norm (input) w^T. Returns its values. */
static double *
make_queries (GsOpTest *test, const Case *c, GsTensor **q)
{
  const guint width = c->heads * c->channels;
  const gsize rows = (gsize) c->n * c->queries;
  g_autofree double *x = NULL;
  double *values = g_new0 (double, rows * width);
  const double *w;

  if (c->queries_are == NORMALISED)
    {
      gs_op_test_offset (test, "q", 8);
      *q = gs_layer_norm (test->graph, "norm", *q, NORM_EPSILON);
    }
  x = g_memdup2 (gs_op_test_values (test, "q"), rows * width * sizeof *x);
  test->weight_scale = 0.125; /* scores of an order of 1 */
  test->no_bias = TRUE;
  *q = gs_linear (test->graph, "to_q", *q, width);
  w = gs_op_test_values (test, "op.to_q.weight");
  for (gsize m = 0; m < rows; m++)
    {
      double *row = x + m * width, mean = 0, variance = 0;

      for (guint k = 0; k < width; k++)
        mean += row[k] / width;
      for (guint k = 0; k < width; k++)
        variance += (row[k] - mean) * (row[k] - mean) / width;
      for (guint k = 0; k < width && c->queries_are == NORMALISED; k++)
        row[k] = (row[k] - mean) / sqrt (variance + NORM_EPSILON)
                   * gs_op_test_values (test, "op.norm.weight")[k]
                 + gs_op_test_values (test, "op.norm.bias")[k];
      for (guint i = 0; i < width; i++)
        for (guint k = 0; k < width; k++)
          values[m * width + i] += row[k] * w[i * width + k];
    }
  return values;
}

/* Kernels for matrix units take the layer over, on halfs. */
static void
check_nodes (GsOpTest *test, const Case *c)
{
  guint n = 0;

  for (guint i = 0; i < test->graph->nodes->len; i++)
    {
      const GsNode *node = test->graph->nodes->pdata[i];

      n += !node->dead && g_str_equal (node->klass->name, "linear");
    }
  if (g_str_equal (c->variant, "tuned"))
    g_assert_cmpuint (n, <=, 1); /* as was faster */
  else
    g_assert_cmpuint (n, ==, g_str_equal (c->variant, "coopmat") && test->dtype == GS_DTYPE_F16 ? 0 : 1);
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  g_autofree double *want = g_new (double, (gsize) c->n * c->queries * c->heads * c->channels);
  g_autofree double *queries = NULL;
  GsTensor *in[3];
  Operand operands[3];

  if (!gs_op_test_use_kernels (test, c->variant))
    return;
  make_operands (test, c, in, operands);
  if (c->queries_are != GIVEN)
    operands[0].values = queries = make_queries (test, c, &in[0]);
  gs_op_test_output (test, gs_attention (test->graph, in[0], in[1], in[2], c->heads, c->causal));
  for (guint n = 0; n < c->n; n++)
    for (guint query = 0; query < c->queries; query++)
      for (guint head = 0; head < c->heads; head++)
        attend (c, operands[0], operands[1], operands[2], n, query, head, want);
  gs_op_test_check (test, 0, want);
  if (c->queries_are != GIVEN)
    check_nodes (test, c);
}

GS_OP_TEST_MAIN ("attention", cases, run)
