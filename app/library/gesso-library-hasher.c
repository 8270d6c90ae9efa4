/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thread of its own, since its priority is. */
#include "config.h"

#include "gesso-library-hasher.h"

#include <sys/resource.h>
#include <unistd.h>

typedef struct
{
  GPtrArray    *items;
  char         *model;
  GTask        *task;
} Work;

typedef struct
{
  GessoLibraryItem *item;
  char             *hash, *data_hash;
} Finding;

static void
finding_free (gpointer data)
{
  Finding *finding = data;

  g_object_unref (finding->item);
  g_free (finding->hash);
  g_free (finding->data_hash);
  g_free (finding);
}

static gboolean
deliver (gpointer data)
{
  Finding *finding = data;

  gesso_library_item_set_hashes (finding->item, finding->hash, finding->data_hash);

  return G_SOURCE_REMOVE;
}

static void
send (GessoLibraryItem *item, const char *hash, const char *data_hash)
{
  Finding *finding = g_new0 (Finding, 1);

  finding->item = g_object_ref (item);
  finding->hash = g_strdup (hash);
  finding->data_hash = g_strdup (data_hash);
  g_idle_add_full (G_PRIORITY_LOW, deliver, finding, finding_free);
}

static void
hash_item (GessoLibraryItem *item, GCancellable *cancellable)
{
  g_autofree char *hash = NULL, *data_hash = NULL;

  if (g_file_test (gesso_library_item_get_path (item), G_FILE_TEST_IS_DIR))
    return; /* nobody names a folder by a hash */
  if (gesso_library_item_hash (item, cancellable, &hash, &data_hash, NULL))
    send (item, hash, data_hash);
}

static int
compare_bytes (gconstpointer a, gconstpointer b)
{
  guint64 first = gesso_library_item_get_bytes (*(GessoLibraryItem *const *) a);
  guint64 second = gesso_library_item_get_bytes (*(GessoLibraryItem *const *) b);

  return (first > second) - (first < second);
}

static gpointer
hash_all (gpointer data)
{
  Work *work = data;
  GCancellable *cancellable = g_task_get_cancellable (work->task);

  setpriority (PRIO_PROCESS, (id_t) gettid (), 19);
  g_ptr_array_sort (work->items, compare_bytes);
  if (*work->model)
    {
      g_autoptr (GessoLibraryItem) model = gesso_library_item_read (work->model);

      hash_item (model, cancellable);
    }
  for (guint i = 0; i < work->items->len && !g_cancellable_is_cancelled (cancellable); i++)
    hash_item (work->items->pdata[i], cancellable);

  g_task_return_boolean (work->task, TRUE);
  g_object_unref (work->task);
  g_ptr_array_unref (work->items);
  g_free (work->model);
  g_free (work);
  return NULL;
}

void
gesso_library_hasher_start (GPtrArray          *items,
                            const char         *model,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback done,
                            GObject            *source)
{
  Work *work = g_new0 (Work, 1);

  work->items = items;
  work->model = g_strdup (model);
  work->task = g_task_new (source, cancellable, done, NULL);
  g_task_set_source_tag (work->task, gesso_library_hasher_start);
  g_task_set_priority (work->task, G_PRIORITY_LOW); /* behind the last finding */
  g_thread_unref (g_thread_new ("gesso-hashes", hash_all, work));
}
