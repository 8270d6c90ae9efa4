/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The question, on a thread. */
#include "config.h"

#include "gesso-vocabulary.h"

#include "gs.h"

typedef struct
{
  char  *path;
  char **folders;
} Query;

static void
query_free (Query *query)
{
  g_free (query->path);
  g_strfreev (query->folders);
  g_free (query);
}

static void
query_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Query *query = data;

  if (!g_task_return_error_if_cancelled (task))
    g_task_return_int (task,
                       gs_model_lacks_vocabulary (*query->path ? query->path : NULL,
                                                  (const char *const *) query->folders));
}

void
gesso_vocabulary_query_async (const char         *path,
                              const char *const  *folders,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Query *query = g_new0 (Query, 1);

  g_task_set_source_tag (task, gesso_vocabulary_query_async);
  query->path = g_strdup (path);
  query->folders = g_strdupv ((char **) folders);
  g_task_set_task_data (task, query, (GDestroyNotify) query_free);
  g_task_run_in_thread (task, query_in_thread);
}

gssize
gesso_vocabulary_query_finish (GAsyncResult *result)
{
  return g_task_propagate_int (G_TASK (result), NULL);
}
