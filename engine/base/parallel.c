/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs of elements on a pool of threads. */
#include "base/parallel.h"

/* Beyond some threads copying is bound by memory. */
#define MAX_THREADS 8

/* Runs for each thread: one that is held up leaves the rest to the others. */
#define RUNS_A_THREAD 8

typedef struct
{
  GsParallelFunc func;
  gpointer       user_data;
  guint64        n, n_runs;
  gint           next;    /* run                                            */
  guint          n_helpers; /* other threads that are at it; under the lock */
} Job;

static GMutex lock;
static GCond helped;
static GQueue jobs = G_QUEUE_INIT; /* Job: the newest first, as an older one may wait for it */

static void
take_runs (Job *job)
{
  guint64 run;

  while ((run = (guint64) g_atomic_int_add (&job->next, 1)) < job->n_runs)
    job->func (job->n * run / job->n_runs, job->n * (run + 1) / job->n_runs, job->user_data);
}

/* Under the lock. */
static Job *
find_job (void)
{
  for (GList *l = jobs.head; l != NULL; l = l->next)
    if ((guint64) g_atomic_int_get (&((Job *) l->data)->next) < ((Job *) l->data)->n_runs)
      return l->data;
  return NULL;
}

/* As long as there is anything to do. */
static void
help (gpointer data, gpointer user_data)
{
  Job *job;

  g_mutex_lock (&lock);
  while ((job = find_job ()) != NULL)
    {
      job->n_helpers++;
      g_mutex_unlock (&lock);
      take_runs (job);
      g_mutex_lock (&lock);
      if (--job->n_helpers == 0)
        g_cond_broadcast (&helped);
    }
  g_mutex_unlock (&lock);
}

/* GLib counts the processors by opening a file. */
static guint
most_threads (void)
{
  static gsize n;

  if (g_once_init_enter (&n))
    g_once_init_leave (&n, MIN (g_get_num_processors (), MAX_THREADS));
  return (guint) n;
}

/* As many as there are processors beside the caller's, however many callers there are. */
static GThreadPool *
shared_pool (void)
{
  static gsize once;
  static GThreadPool *pool;

  if (g_once_init_enter (&once))
    {
      pool = g_thread_pool_new (help, NULL, (gint) MAX (most_threads (), 2) - 1, FALSE, NULL);
      g_once_init_leave (&once, 1);
    }
  return pool;
}

void
gs_parallel (guint64 n, guint64 least, GsParallelFunc func, gpointer user_data)
{
  const guint64 n_most = most_threads ();
  const guint64 n_runs = CLAMP (n / MAX (least, 1), 1, n_most * RUNS_A_THREAD);
  Job job = { .func = func, .user_data = user_data, .n = n, .n_runs = n_runs };

  if (MIN (n_runs, n_most) == 1)
    {
      func (0, n, user_data);
      return;
    }
  g_mutex_lock (&lock);
  g_queue_push_head (&jobs, &job);
  g_mutex_unlock (&lock);
  /* A thread that comes late, or could not be made, is not waited for. */
  for (guint64 i = 1 + g_thread_pool_unprocessed (shared_pool ()); i < MIN (n_runs, n_most); i++)
    g_thread_pool_push (shared_pool (), &jobs, NULL);
  take_runs (&job);
  g_mutex_lock (&lock);
  g_queue_remove (&jobs, &job);
  while (job.n_helpers > 0)
    g_cond_wait (&helped, &lock);
  g_mutex_unlock (&lock);
}
