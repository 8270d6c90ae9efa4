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
  gint           next; /* run */
  GMutex         lock;
  GCond          done;
  guint          n_open; /* threads that have not finished */
} Job;

static void
take_runs (Job *job)
{
  guint64 run;

  while ((run = (guint64) g_atomic_int_add (&job->next, 1)) < job->n_runs)
    job->func (job->n * run / job->n_runs, job->n * (run + 1) / job->n_runs, job->user_data);
}

static void
help (gpointer data, gpointer user_data)
{
  Job *job = data;

  take_runs (job);
  g_mutex_lock (&job->lock);
  if (--job->n_open == 0)
    g_cond_signal (&job->done);
  g_mutex_unlock (&job->lock);
}

static GThreadPool *
shared_pool (void)
{
  static gsize once;
  static GThreadPool *pool;

  if (g_once_init_enter (&once))
    {
      pool = g_thread_pool_new (help, NULL, MAX_THREADS, FALSE, NULL);
      g_once_init_leave (&once, 1);
    }
  return pool;
}

void
gs_parallel (guint64 n, guint64 least, GsParallelFunc func, gpointer user_data)
{
  const guint64 n_most = MIN (g_get_num_processors (), MAX_THREADS);
  const guint64 n_runs = CLAMP (n / MAX (least, 1), 1, n_most * RUNS_A_THREAD);
  const guint64 n_threads = MIN (n_runs, n_most);
  Job job = { .func = func, .user_data = user_data, .n = n, .n_runs = n_runs,
              .n_open = n_threads - 1 };

  if (n_threads == 1)
    {
      func (0, n, user_data);
      return;
    }
  g_mutex_init (&job.lock);
  g_cond_init (&job.done);
  /* What no thread could be made for stays queued until one of the others is free. */
  for (guint64 i = 1; i < n_threads; i++)
    g_thread_pool_push (shared_pool (), &job, NULL);
  take_runs (&job);
  g_mutex_lock (&job.lock);
  while (job.n_open > 0)
    g_cond_wait (&job.done, &job.lock);
  g_mutex_unlock (&job.lock);
  g_mutex_clear (&job.lock);
  g_cond_clear (&job.done);
}
