/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Orders on disk. The list alone decides what comes back: a file that it does not name is deleted. */
#include "config.h"

#include "gesso-queue-store.h"

#include "document/gesso-ora.h"

#include <glib/gstdio.h>
#include <string.h>

#define MAX_ORDERS 1000 /* of a list that may be damaged */

struct _GessoQueueStore
{
  char        *folder;
  GHashTable  *names;   /* order -> name */
  GThreadPool *writer;
  guint        n_made;
};

/* What the writer does: an order to write, or a file to delete. */
typedef struct
{
  GessoOrder *order;
  char       *path;
  GBytes     *contents;
} Work;

static void
work_run (gpointer data, gpointer user_data)
{
  Work *work = data;

  /* A queue that cannot be kept still works: whoever fills the disk hears of it elsewhere. */
  if (work->order)
    {
      g_autoptr (GessoSnapshot) packed = gesso_order_pack (work->order);
      g_autoptr (GFile) file = g_file_new_for_path (work->path);

      gesso_ora_save (packed, file, NULL, NULL);
    }
  else if (work->contents)
    g_file_set_contents (work->path, g_bytes_get_data (work->contents, NULL),
                         (gssize) g_bytes_get_size (work->contents), NULL);
  else
    g_remove (work->path);

  g_clear_object (&work->order);
  g_clear_pointer (&work->contents, g_bytes_unref);
  g_free (work->path);
  g_free (work);
}

static void
push (GessoQueueStore *self, const char *name, GessoOrder *order, GBytes *contents)
{
  Work *work = g_new0 (Work, 1);

  work->path = g_build_filename (self->folder, name, NULL);
  work->order = order ? g_object_ref (order) : NULL;
  work->contents = contents ? g_bytes_ref (contents) : NULL;
  g_thread_pool_push (self->writer, work, NULL);
}

GessoQueueStore *
gesso_queue_store_new (const char *folder)
{
  GessoQueueStore *self = g_new0 (GessoQueueStore, 1);

  self->folder = g_strdup (folder);
  g_mkdir_with_parents (self->folder, 0700);
  self->names = g_hash_table_new_full (NULL, NULL, g_object_unref, g_free);
  self->writer = g_thread_pool_new (work_run, NULL, 1, FALSE, NULL);

  return self;
}

void
gesso_queue_store_free (GessoQueueStore *self)
{
  g_thread_pool_free (self->writer, FALSE, TRUE);
  g_hash_table_unref (self->names);
  g_free (self->folder);
  g_free (self);
}

void
gesso_queue_store_add (GessoQueueStore *self, GessoOrder *order)
{
  char *name = g_strdup_printf ("%" G_GINT64_FORMAT "-%u.ora", g_get_real_time (), self->n_made++);

  g_hash_table_insert (self->names, g_object_ref (order), name);
  push (self, name, order, NULL);
}

void
gesso_queue_store_remove (GessoQueueStore *self, GessoOrder *order)
{
  const char *name = g_hash_table_lookup (self->names, order);

  if (name == NULL)
    return;
  push (self, name, NULL, NULL);
  g_hash_table_remove (self->names, order);
}

void
gesso_queue_store_list (GessoQueueStore *self, GPtrArray *orders)
{
  g_autoptr (GString) list = g_string_new (NULL);
  g_autoptr (GBytes) contents = NULL;

  for (guint i = 0; i < orders->len; i++)
    {
      const char *name = g_hash_table_lookup (self->names, g_ptr_array_index (orders, i));

      if (name)
        g_string_append_printf (list, "%s\n", name);
    }
  contents = g_bytes_new (list->str, list->len);
  push (self, "list", NULL, contents);
}

/* ---- Coming back ---------------------------------------------------------------------------- */

static GessoOrder *
load_order (GessoQueueStore *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GessoSnapshot) packed = gesso_ora_load (file, NULL, NULL);

  return packed ? gesso_order_unpack (packed) : NULL;
}

static void
clean_up (GessoQueueStore *self, GHashTable *kept)
{
  g_autoptr (GDir) folder = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while (folder && (name = g_dir_read_name (folder)))
    if (g_str_has_suffix (name, ".ora") && !g_hash_table_contains (kept, name))
      {
        g_autofree char *path = g_build_filename (self->folder, name, NULL);

        g_remove (path);
      }
}

GPtrArray *
gesso_queue_store_load (GessoQueueStore *self)
{
  GPtrArray *orders = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) kept = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *path = g_build_filename (self->folder, "list", NULL);
  g_autofree char *contents = NULL;
  g_auto (GStrv) names = NULL;

  if (g_file_get_contents (path, &contents, NULL, NULL))
    names = g_strsplit (contents, "\n", MAX_ORDERS);
  for (guint i = 0; names && names[i]; i++)
    {
      GessoOrder *order;

      /* Names of our own making only: no way out of the folder. */
      if (!g_str_has_suffix (names[i], ".ora") || strchr (names[i], '/') ||
          g_hash_table_contains (kept, names[i]))
        continue;
      order = load_order (self, names[i]);
      if (order == NULL)
        continue;
      g_hash_table_add (kept, names[i]);
      g_hash_table_insert (self->names, g_object_ref (order), g_strdup (names[i]));
      g_ptr_array_add (orders, order);
    }
  clean_up (self, kept);

  return orders;
}
