/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scanning, and the lists that come of it. */
#include "config.h"

#include "gesso-library.h"

#include "gesso-library-hasher.h"

#include <string.h>

struct _GessoLibrary
{
  GObject        parent_instance;

  GSettings     *store;
  char         **folders;     /* where there is no store */
  GListStore    *items;
  GtkStringList *loras;
  GtkStringList *embeddings;
  char          *model;
  char          *family;
  GCancellable  *cancellable; /* of the scan and of the hashes after it */
  gboolean       scanned;
};

G_DEFINE_FINAL_TYPE (GessoLibrary, gesso_library, G_TYPE_OBJECT)

static guint scanned_signal, hashed_signal;

static void
gesso_library_dispose (GObject *object)
{
  GessoLibrary *self = GESSO_LIBRARY (object);

  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->store);
  g_clear_object (&self->items);
  g_clear_object (&self->loras);
  g_clear_object (&self->embeddings);
  g_clear_pointer (&self->folders, g_strfreev);
  g_clear_pointer (&self->model, g_free);
  g_clear_pointer (&self->family, g_free);

  G_OBJECT_CLASS (gesso_library_parent_class)->dispose (object);
}

static void
gesso_library_class_init (GessoLibraryClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gesso_library_dispose;

  scanned_signal = g_signal_new ("scanned", GESSO_TYPE_LIBRARY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
  hashed_signal = g_signal_new ("hashed", GESSO_TYPE_LIBRARY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
}

static void
gesso_library_init (GessoLibrary *self)
{
  self->items = g_list_store_new (GESSO_TYPE_LIBRARY_ITEM);
  self->loras = gtk_string_list_new (NULL);
  self->embeddings = gtk_string_list_new (NULL);
  self->model = g_strdup ("");
  self->folders = g_new0 (char *, 1);
}

GListModel *
gesso_library_get_items (GessoLibrary *self)
{
  return G_LIST_MODEL (self->items);
}

GListModel *
gesso_library_get_loras (GessoLibrary *self)
{
  return G_LIST_MODEL (self->loras);
}

GListModel *
gesso_library_get_embeddings (GessoLibrary *self)
{
  return G_LIST_MODEL (self->embeddings);
}

const char *
gesso_library_get_family (GessoLibrary *self)
{
  return self->family;
}

gboolean
gesso_library_is_scanned (GessoLibrary *self)
{
  return self->scanned;
}

/* ---- Lists ---------------------------------------------------------------------------------- */

/* The items are sorted by name, so that those of one name follow each other. */
static void
fill_names (GessoLibrary *self, GtkStringList *list, GessoLibraryKind kind)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->items));
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;
  const char *last = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GessoLibraryItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);
      const char *name = gesso_library_item_get_name (item);

      if (gesso_library_item_get_kind (item) != kind || gesso_library_item_get_reason (item) ||
          g_strcmp0 (name, last) == 0)
        continue;
      g_strv_builder_add (builder, name);
      last = name;
    }
  names = g_strv_builder_end (builder);
  gtk_string_list_splice (list, 0, g_list_model_get_n_items (G_LIST_MODEL (list)),
                          (const char *const *) names);
}

static void
update_names (GessoLibrary *self)
{
  fill_names (self, self->loras, GESSO_LIBRARY_LORA);
  fill_names (self, self->embeddings, GESSO_LIBRARY_EMBEDDING);
}

static void
compare_items (GessoLibrary *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->items));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GessoLibraryItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);

      gesso_library_item_compare (item, self->family);
    }
}

static int
compare_order (gconstpointer a, gconstpointer b)
{
  GessoLibraryItem *first = *(GessoLibraryItem *const *) a;
  GessoLibraryItem *second = *(GessoLibraryItem *const *) b;
  int order = (int) gesso_library_item_get_kind (first) - (int) gesso_library_item_get_kind (second);

  if (order == 0)
    order = g_utf8_collate (gesso_library_item_get_name (first),
                            gesso_library_item_get_name (second));
  if (order == 0)
    order = strcmp (gesso_library_item_get_name (first), gesso_library_item_get_name (second));
  return order != 0 ? order
                    : strcmp (gesso_library_item_get_path (first),
                              gesso_library_item_get_path (second));
}

/* Nobody names a folder or a damaged file by a hash. */
static gboolean
lacks_hash (GessoLibraryItem *item)
{
  return gesso_library_item_get_hash (item) == NULL && gesso_library_item_get_bytes (item) > 0 &&
         !g_file_test (gesso_library_item_get_path (item), G_FILE_TEST_IS_DIR);
}

gboolean
gesso_library_is_hashed (GessoLibrary *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->items));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GessoLibraryItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);

      if (lacks_hash (item))
        return FALSE;
    }

  return TRUE;
}

/* ---- Scanning ------------------------------------------------------------------------------- */

typedef struct
{
  char      **folders;
  char       *model;
  GHashTable *known; /* path -> GessoLibraryItem: of the last time */
} Scan;

static void
scan_free (Scan *scan)
{
  g_strfreev (scan->folders);
  g_free (scan->model);
  g_hash_table_unref (scan->known);
  g_free (scan);
}

static gboolean
has_changed (GessoLibraryItem *item)
{
  g_autoptr (GFile) file = g_file_new_for_path (gesso_library_item_get_path (item));
  g_autoptr (GFileInfo) info = g_file_query_info (
      file, G_FILE_ATTRIBUTE_TIME_MODIFIED "," G_FILE_ATTRIBUTE_STANDARD_SIZE
            "," G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE, NULL, NULL);

  return info == NULL ||
         g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY ||
         (gint64) g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_TIME_MODIFIED) !=
             gesso_library_item_get_changed (item) ||
         (guint64) g_file_info_get_size (info) != gesso_library_item_get_bytes (item);
}

static void
scan_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Scan *scan = data;
  g_autoptr (GPtrArray) paths =
      gesso_library_list ((const char *const *) scan->folders, scan->model);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < paths->len; i++)
    {
      GessoLibraryItem *item = g_hash_table_lookup (scan->known, paths->pdata[i]);

      if (g_task_return_error_if_cancelled (task))
        return;
      if (item && !has_changed (item))
        g_ptr_array_add (items, g_object_ref (item));
      else
        g_ptr_array_add (items, gesso_library_item_read (paths->pdata[i]));
    }
  g_ptr_array_sort (items, compare_order);
  g_task_return_pointer (task, g_steal_pointer (&items), (GDestroyNotify) g_ptr_array_unref);
}

static void
on_hashed (GObject *source, GAsyncResult *result, gpointer data)
{
  if (g_task_propagate_boolean (G_TASK (result), NULL) && GESSO_LIBRARY (source)->items)
    g_signal_emit (source, hashed_signal, 0);
}

static void
start_hashing (GessoLibrary *self)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->items));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GessoLibraryItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);

      if (gesso_library_item_get_hash (item) == NULL && gesso_library_item_get_bytes (item) > 0)
        g_ptr_array_add (items, g_steal_pointer (&item));
    }
  if (items->len > 0 || *self->model)
    gesso_library_hasher_start (g_steal_pointer (&items), self->model, self->cancellable,
                                on_hashed, G_OBJECT (self));
}

static void
on_scanned (GObject *source, GAsyncResult *result, gpointer data)
{
  GessoLibrary *self = GESSO_LIBRARY (source);
  g_autoptr (GPtrArray) items = g_task_propagate_pointer (G_TASK (result), NULL);

  if (items == NULL || self->items == NULL)
    return; /* another one has begun, or it is over */

  for (guint i = 0; i < items->len; i++)
    gesso_library_item_compare (items->pdata[i], self->family);
  g_list_store_splice (self->items, 0, g_list_model_get_n_items (G_LIST_MODEL (self->items)),
                       items->pdata, items->len);
  update_names (self);
  self->scanned = TRUE;
  start_hashing (self);
  g_signal_emit (self, scanned_signal, 0);
}

void
gesso_library_scan (GessoLibrary *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->items));
  Scan *scan = g_new0 (Scan, 1);
  g_autoptr (GTask) task = NULL;

  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->scanned = FALSE;

  scan->folders = gesso_library_dup_folders (self);
  scan->model = g_strdup (self->model);
  scan->known = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  for (guint i = 0; i < n; i++)
    {
      GessoLibraryItem *item = g_list_model_get_item (G_LIST_MODEL (self->items), i);

      g_hash_table_replace (scan->known, (gpointer) gesso_library_item_get_path (item), item);
    }
  task = g_task_new (self, self->cancellable, on_scanned, NULL);
  g_task_set_source_tag (task, gesso_library_scan);
  g_task_set_task_data (task, scan, (GDestroyNotify) scan_free);
  g_task_run_in_thread (task, scan_in_thread);
}

void
gesso_library_set_model (GessoLibrary *self, const char *path, const char *family)
{
  gboolean same = g_str_equal (self->model, path);

  g_free (self->model);
  self->model = g_strdup (path);
  g_free (self->family);
  self->family = g_strdup (family);
  if (!same || !self->scanned)
    {
      gesso_library_scan (self);
      return;
    }
  compare_items (self);
  update_names (self);
}

/* ---- Folders -------------------------------------------------------------------------------- */

char **
gesso_library_dup_folders (GessoLibrary *self)
{
  return self->store ? g_settings_get_strv (self->store, "library-folders")
                     : g_strdupv (self->folders);
}

static void
set_folders (GessoLibrary *self, char **folders)
{
  if (self->store)
    {
      g_settings_set_strv (self->store, "library-folders", (const char *const *) folders);
      g_settings_apply (self->store);
    }
  g_strfreev (self->folders);
  self->folders = g_strdupv (folders);
  gesso_library_scan (self);
}

void
gesso_library_add_folder (GessoLibrary *self, const char *path)
{
  g_auto (GStrv) old = gesso_library_dup_folders (self);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) folders = NULL;

  if (g_strv_contains ((const char *const *) old, path))
    return;
  g_strv_builder_addv (builder, (const char **) old);
  g_strv_builder_add (builder, path);
  folders = g_strv_builder_end (builder);
  set_folders (self, folders);
}

void
gesso_library_remove_folder (GessoLibrary *self, const char *path)
{
  g_auto (GStrv) old = gesso_library_dup_folders (self);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) folders = NULL;

  for (guint i = 0; old[i]; i++)
    if (!g_str_equal (old[i], path))
      g_strv_builder_add (builder, old[i]);
  folders = g_strv_builder_end (builder);
  set_folders (self, folders);
}

GessoLibrary *
gesso_library_new (GSettings *store)
{
  GessoLibrary *self = g_object_new (GESSO_TYPE_LIBRARY, NULL);

  self->store = store ? g_object_ref (store) : NULL;

  return self;
}
