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

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parallel/once-each", test_once_each);
  g_test_add_func ("/parallel/callers", test_callers);
  return g_test_run ();
}
