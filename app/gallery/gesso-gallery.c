/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gallery: a list that follows a folder through what Gesso itself does in it. */
#include "config.h"

#include "gesso-gallery.h"

#include "gallery/gesso-gallery-index.h"

#include <glib/gstdio.h>
#include <string.h>

#define TRASH_SECONDS 8 /* a little longer than the toast that offers Undo */

struct _GessoGallery
{
  GObject       parent_instance;

  char         *folder;
  GListStore   *items;
  GCancellable *cancellable; /* of reading                     */
  guint         n_busy;
  guint         n_made;      /* for names within one second    */
  GPtrArray    *trash;       /* items on their way there       */
  guint         trash_timeout;
};

enum
{
  PROP_0,
  PROP_FOLDER,
  N_PROPS
};

enum
{
  FAILED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void gesso_gallery_init_list_model (GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GessoGallery, gesso_gallery, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, gesso_gallery_init_list_model))

/* ---- A list of items ------------------------------------------------------------------------ */

static GType
get_item_type (GListModel *model)
{
  return GESSO_TYPE_GALLERY_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (GESSO_GALLERY (model)->items));
}

static gpointer
get_item (GListModel *model, guint position)
{
  return g_list_model_get_item (G_LIST_MODEL (GESSO_GALLERY (model)->items), position);
}

static void
gesso_gallery_init_list_model (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

static void
on_items_changed (GessoGallery *self, guint position, guint n_removed, guint n_added)
{
  g_list_model_items_changed (G_LIST_MODEL (self), position, n_removed, n_added);
}

static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  gint64 t1 = gesso_gallery_item_get_time ((gpointer) a);
  gint64 t2 = gesso_gallery_item_get_time ((gpointer) b);

  if (t1 != t2)
    return t1 > t2 ? -1 : 1;
  return -strcmp (gesso_gallery_item_get_path ((gpointer) a),
                  gesso_gallery_item_get_path ((gpointer) b));
}

static void
fail (GessoGallery *self, const GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, signals[FAILED], 0, error->message);
}

gboolean
gesso_gallery_get_busy (GessoGallery *self)
{
  return self->n_busy > 0;
}

/* ---- Reading -------------------------------------------------------------------------------- */

static char *
make_index_path (const char *folder)
{
  g_autofree char *name = g_compute_checksum_for_string (G_CHECKSUM_SHA1, folder, -1);
  g_autofree char *file = g_strconcat ("gallery-", name, NULL);

  return g_build_filename (g_get_user_cache_dir (), "gesso", file, NULL);
}

static void
read_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const char *folder = data;
  g_autofree char *index = make_index_path (folder);
  GError *error = NULL;
  GPtrArray *items = gesso_gallery_index_read (folder, index, cancellable, &error);

  if (items)
    g_task_return_pointer (task, items, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static gboolean
is_listed (GessoGallery *self, GessoGalleryItem *item)
{
  guint n = get_n_items (G_LIST_MODEL (self));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GessoGalleryItem) other = get_item (G_LIST_MODEL (self), i);

      if (g_str_equal (gesso_gallery_item_get_path (other), gesso_gallery_item_get_path (item)))
        return TRUE;
    }

  return FALSE;
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  GessoGallery *self = GESSO_GALLERY (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = g_task_propagate_pointer (G_TASK (result), &error);

  self->n_busy--;
  if (items == NULL)
    {
      fail (self, error);
      return;
    }

  /* What was made while it was read may be in it twice. */
  for (guint i = items->len; i > 0 && get_n_items (G_LIST_MODEL (self)) > 0; i--)
    if (is_listed (self, g_ptr_array_index (items, i - 1)))
      g_ptr_array_remove_index (items, i - 1);
  g_list_store_splice (self->items, get_n_items (G_LIST_MODEL (self)), 0, items->pdata, items->len);
  g_list_store_sort (self->items, compare, NULL);
}

static void
read_folder (GessoGallery *self)
{
  g_autoptr (GTask) task = NULL;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_list_store_remove_all (self->items);
  task = g_task_new (self, self->cancellable, on_read, NULL);
  g_task_set_source_tag (task, read_folder);
  g_task_set_task_data (task, g_strdup (self->folder), g_free);
  self->n_busy++;
  g_task_run_in_thread (task, read_in_thread);
}

/* ---- Writing -------------------------------------------------------------------------------- */

static char *
make_path (GessoGallery *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%d-%H%M%S");

  for (;;)
    {
      g_autofree char *name = g_strdup_printf ("%s-%03u.png", time, self->n_made++ % 1000);
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
}

typedef struct
{
  GessoGallery *gallery;
  char         *path;
} Saving;

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  GessoPicture *picture = GESSO_PICTURE (source);
  Saving *saving = data;
  g_autoptr (GessoGallery) self = saving->gallery;
  g_autofree char *path = saving->path;
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_free (saving);
  self->n_busy--;
  if (!gesso_picture_save_finish (picture, result, &error))
    {
      fail (self, error);
      return;
    }

  if (g_str_equal (folder, self->folder))
    {
      g_autoptr (GessoGalleryItem) item =
          gesso_gallery_item_new (path, gesso_picture_get_parameters (picture),
                                  g_get_real_time () / G_USEC_PER_SEC);

      if (!is_listed (self, item))
        g_list_store_insert_sorted (self->items, item, compare, NULL);
    }
}

void
gesso_gallery_add (GessoGallery *self, GessoPicture *picture)
{
  g_autoptr (GFile) file = NULL;
  Saving *saving = g_new0 (Saving, 1);

  g_mkdir_with_parents (self->folder, 0755); /* where that fails, writing says why */
  saving->gallery = g_object_ref (self);
  saving->path = make_path (self);
  file = g_file_new_for_path (saving->path);
  self->n_busy++;
  gesso_picture_save_async (picture, file, NULL, on_saved, saving);
}

/* ---- The trash ------------------------------------------------------------------------------ */

static void
empty_trash (GessoGallery *self)
{
  g_autoptr (GPtrArray) trash = g_steal_pointer (&self->trash);

  self->trash = g_ptr_array_new_with_free_func (g_object_unref);
  g_clear_handle_id (&self->trash_timeout, g_source_remove);
  for (guint i = 0; i < trash->len; i++)
    {
      GessoGalleryItem *item = g_ptr_array_index (trash, i);
      g_autoptr (GFile) file = g_file_new_for_path (gesso_gallery_item_get_path (item));
      g_autoptr (GError) error = NULL;

      if (g_file_trash (file, NULL, &error) ||
          g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        continue;
      g_list_store_insert_sorted (self->items, item, compare, NULL);
      fail (self, error);
    }
}

static gboolean
on_trash_timeout (gpointer data)
{
  GessoGallery *self = data;

  self->trash_timeout = 0;
  empty_trash (self);

  return G_SOURCE_REMOVE;
}

void
gesso_gallery_trash (GessoGallery *self, GessoGalleryItem *item)
{
  guint position;

  if (!g_list_store_find (self->items, item, &position))
    return;

  g_ptr_array_add (self->trash, g_object_ref (item));
  g_list_store_remove (self->items, position);
  g_clear_handle_id (&self->trash_timeout, g_source_remove);
  self->trash_timeout = g_timeout_add_seconds (TRASH_SECONDS, on_trash_timeout, self);
}

gboolean
gesso_gallery_undo_trash (GessoGallery *self, GessoGalleryItem *item)
{
  guint position;

  if (!g_ptr_array_find (self->trash, item, &position))
    return FALSE;

  g_list_store_insert_sorted (self->items, item, compare, NULL);
  g_ptr_array_remove_index (self->trash, position);
  return TRUE;
}

/* ---- The object ----------------------------------------------------------------------------- */

const char *
gesso_gallery_get_folder (GessoGallery *self)
{
  return self->folder;
}

static char *
find_folder (void)
{
  const char *pictures = g_get_user_special_dir (G_USER_DIRECTORY_PICTURES);

  return pictures ? g_build_filename (pictures, "Gesso", NULL)
                  : g_build_filename (g_get_user_data_dir (), "gesso", "pictures", NULL);
}

void
gesso_gallery_set_folder (GessoGallery *self, const char *folder)
{
  g_autofree char *wanted = folder && *folder ? g_strdup (folder) : find_folder ();

  if (g_strcmp0 (wanted, self->folder) == 0)
    return;

  empty_trash (self);
  g_free (self->folder);
  self->folder = g_steal_pointer (&wanted);
  read_folder (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLDER]);
}

static void
gesso_gallery_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  g_value_set_string (value, GESSO_GALLERY (object)->folder);
}

static void
gesso_gallery_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  gesso_gallery_set_folder (GESSO_GALLERY (object), g_value_get_string (value));
}

static void
gesso_gallery_dispose (GObject *object)
{
  GessoGallery *self = GESSO_GALLERY (object);

  empty_trash (self);
  g_cancellable_cancel (self->cancellable);

  G_OBJECT_CLASS (gesso_gallery_parent_class)->dispose (object);
}

static void
gesso_gallery_finalize (GObject *object)
{
  GessoGallery *self = GESSO_GALLERY (object);

  g_free (self->folder);
  g_ptr_array_unref (self->trash);
  g_clear_object (&self->items);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (gesso_gallery_parent_class)->finalize (object);
}

static void
gesso_gallery_class_init (GessoGalleryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gesso_gallery_get_property;
  object_class->set_property = gesso_gallery_set_property;
  object_class->dispose = gesso_gallery_dispose;
  object_class->finalize = gesso_gallery_finalize;

  properties[PROP_FOLDER] =
      g_param_spec_string ("folder", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[FAILED] = g_signal_new ("failed", GESSO_TYPE_GALLERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
gesso_gallery_init (GessoGallery *self)
{
  self->items = g_list_store_new (GESSO_TYPE_GALLERY_ITEM);
  self->trash = g_ptr_array_new_with_free_func (g_object_unref);
  g_signal_connect_object (self->items, "items-changed", G_CALLBACK (on_items_changed), self,
                           G_CONNECT_SWAPPED);
}

GessoGallery *
gesso_gallery_new (const char *folder)
{
  GessoGallery *self = g_object_new (GESSO_TYPE_GALLERY, NULL);

  gesso_gallery_set_folder (self, folder);
  return self;
}
