/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each element is worked on once, whatever the number of parts. */
#include "base/parallel.h"

typedef struct
{
  int    *counts;
  guint64 least;
} Work;

static void
count (guint64 begin, guint64 end, gpointer data)
{
  Work *work = data;

  g_assert_cmpuint (end - begin, >=, work->least);
  for (guint64 i = begin; i < end; i++)
    g_atomic_int_inc (&work->counts[i]);
}

static void
test_once_each (void)
{
  for (guint64 n = 1; n < 300; n += 7)
    for (guint64 least = 1; least <= n; least += 13)
      {
        g_autofree int *counts = g_new0 (int, n);

        gs_parallel (n, least, count, &(Work) { counts, least });
        for (guint64 i = 0; i < n; i++)
          g_assert_cmpint (counts[i], ==, 1);
      }
}

static gpointer
call_often (gpointer data)
{
  for (guint i = 0; i < 10; i++)
    test_once_each ();
  return NULL;
}

/* Sessions in several threads share the pool. */
static void
test_callers (void)
{
  GThread *threads[3];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", call_often, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

typedef struct
{
  Work  *work;
  guint64 n_inner;
} Outer;

static void
call_inside (guint64 begin, guint64 end, gpointer data)
{
  const Outer *outer = data;

  for (guint64 i = begin; i < end; i++)
    gs_parallel (outer->n_inner, 1, count,
                 &(Work) { outer->work->counts + i * outer->n_inner, 1 });
}

/* More of them at a time than there are threads, each waiting for its own. */
static void
test_nested (void)
{
  g_autofree int *counts = g_new0 (int, 300 * 50);
  Work work = { counts, 1 };

  gs_parallel (300, 1, call_inside, &(Outer) { &work, 50 });
  for (guint i = 0; i < 300 * 50; i++)
    g_assert_cmpint (counts[i], ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parallel/once-each", test_once_each);
  g_test_add_func ("/parallel/callers", test_callers);
  g_test_add_func ("/parallel/nested", test_nested);
  return g_test_run ();
}
