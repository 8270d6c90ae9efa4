/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a table by number, and a table as it is. */
#include "op-test.h"

typedef struct
{
  GsShape ids; /* n = 0: the table as it is */
  guint32 rows, channels;
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 1 }, 1, 1 },
  { { 2, 1, 77, 1 }, 100, 24 },
  { { 1, 1, 5, 1 }, 7, 3 },
  { { 0, 0, 0, 0 }, 77, 24 },
};

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  const guint n = c->ids.n > 0 ? gs_shape_elements (c->ids) : c->rows;
  g_autofree double *want = g_new (double, (gsize) n * c->channels);
  GsTensor *ids = c->ids.n > 0 ? gs_op_test_ids (test, "ids", c->ids, c->rows) : NULL;
  GsTensor *y = ids != NULL ? gs_embedding (test->graph, "table", ids, c->rows, c->channels)
                            : gs_parameter_rows (test->graph, "table", c->rows, c->channels);

  gs_op_test_output (test, y);
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < c->channels; k++)
      {
        guint row = ids != NULL ? gs_op_test_values (test, "ids")[i] : i;

        want[i * c->channels + k] = gs_op_test_values (test, "op.table.weight")[row * c->channels
                                                                                + k];
      }
  gs_op_test_check (test, 0, want);
}

GS_OP_TEST_MAIN ("embedding", cases, run)
