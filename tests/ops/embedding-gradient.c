/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradients of a table's rows, some of them taken several times and some never. */
#include "op-test.h"

typedef struct
{
  guint    n, tokens, rows, channels;
  gboolean in_order; /* all rows, without ids */
} Case;

static const Case cases[] = { { 1, 1, 1, 1 }, { 2, 9, 7, 5 }, { 1, 6, 6, 3, TRUE } };

static void
take (GsOpTest *test, gconstpointer data, double *y)
{
  const Case *c = data;
  const double *table = gs_op_test_values (test, "op.table.weight");

  for (guint t = 0; t < c->n * c->tokens; t++)
    for (guint k = 0; k < c->channels; k++)
      {
        const guint row = c->in_order ? t : gs_op_test_values (test, "ids")[t];

        *y++ = table[row * c->channels + k];
      }
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  GsGraph *g = test->graph;
  const char *names[] = { "op.table.weight" };
  GsTensor *y;

  if (c->in_order)
    y = gs_parameter_rows (g, "table", c->rows, c->channels);
  else
    y = gs_embedding (g, "table",
                      gs_op_test_ids (test, "ids", (GsShape) { c->n, 1, c->tokens, 1 }, c->rows),
                      c->rows, c->channels);
  gs_op_test_check_gradients (test, y, names, 1, take, c);
}

GS_OP_TEST_MAIN ("embedding-gradient", cases, run)
