/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs of elements on a pool of threads. */
#include "base/parallel.h"

/* Beyond some threads copying is bound by memory. */
#define MAX_THREADS 8

typedef struct
{
  GsParallelFunc func;
  gpointer       user_data;
  GMutex         lock;
  GCond          done;
  guint          n_open; /* parts that other threads have not finished */
} Job;

typedef struct
{
  Job    *job;
  guint64 begin, end;
} Part;

static void
run_part (gpointer data, gpointer user_data)
{
  Part *part = data;
  Job *job = part->job;

  job->func (part->begin, part->end, job->user_data);
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
      pool = g_thread_pool_new (run_part, NULL, MAX_THREADS, FALSE, NULL);
      g_once_init_leave (&once, 1);
    }
  return pool;
}

void
gs_parallel (guint64 n, guint64 least, GsParallelFunc func, gpointer user_data)
{
  const guint64 n_parts = CLAMP (n / MAX (least, 1), 1, MIN (g_get_num_processors (), MAX_THREADS));
  Job job = { .func = func, .user_data = user_data, .n_open = n_parts - 1 };
  Part parts[MAX_THREADS];

  if (n_parts == 1)
    {
      func (0, n, user_data);
      return;
    }
  g_mutex_init (&job.lock);
  g_cond_init (&job.done);
  for (guint64 i = 0; i < n_parts; i++)
    {
      parts[i] = (Part) { &job, n * i / n_parts, n * (i + 1) / n_parts };
      /* What no thread could be made for stays queued until one of the others is free. */
      if (i > 0)
        g_thread_pool_push (shared_pool (), &parts[i], NULL);
    }
  func (parts[0].begin, parts[0].end, user_data);
  g_mutex_lock (&job.lock);
  while (job.n_open > 0)
    g_cond_wait (&job.done, &job.lock);
  g_mutex_unlock (&job.lock);
  g_mutex_clear (&job.lock);
  g_cond_clear (&job.done);
}
