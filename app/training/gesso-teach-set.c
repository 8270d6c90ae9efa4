/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folders of pictures, read and written. */
#include "config.h"

#include "gesso-teach-set.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#define MAX_PICTURES 2000

/* ---- Reading -------------------------------------------------------------------------------- */

static gboolean
is_picture (GFileInfo *info)
{
  const char *type = g_file_info_get_content_type (info);

  return g_file_info_get_file_type (info) == G_FILE_TYPE_REGULAR && type
         && g_content_type_is_a (type, "image/*");
}

static gboolean
is_subset (GFileInfo *info)
{
  const char *name = g_file_info_get_name (info);
  char *end;
  const guint64 n = g_ascii_strtoull (name, &end, 10);

  return g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY && g_ascii_isdigit (*name)
         && n > 0 && *end == '_';
}

static int
compare_infos (gconstpointer a, gconstpointer b)
{
  return strcmp (g_file_info_get_name (*(GFileInfo *const *) a),
                 g_file_info_get_name (*(GFileInfo *const *) b));
}

static GPtrArray *
list_folder (GFile *folder, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFileEnumerator) files = g_file_enumerate_children (
      folder,
      G_FILE_ATTRIBUTE_STANDARD_NAME "," G_FILE_ATTRIBUTE_STANDARD_TYPE
      "," G_FILE_ATTRIBUTE_STANDARD_IS_HIDDEN "," G_FILE_ATTRIBUTE_STANDARD_CONTENT_TYPE,
      G_FILE_QUERY_INFO_NONE, cancellable, error);
  GPtrArray *infos;
  GFileInfo *info;

  if (files == NULL)
    return NULL;
  infos = g_ptr_array_new_with_free_func (g_object_unref);
  while (g_file_enumerator_iterate (files, &info, NULL, cancellable, NULL) && info)
    if (!g_file_info_get_is_hidden (info))
      g_ptr_array_add (infos, g_object_ref (info));
  g_ptr_array_sort (infos, compare_infos);
  return infos;
}

static gboolean
read_folder (GFile *folder, const char *subset, GPtrArray *pictures, GCancellable *cancellable,
             GError **error)
{
  g_autoptr (GPtrArray) infos = list_folder (folder, cancellable, error);

  for (guint i = 0; infos && i < infos->len && pictures->len < MAX_PICTURES; i++)
    {
      const char *name = g_file_info_get_name (infos->pdata[i]);
      g_autoptr (GFile) child = g_file_get_child (folder, name);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (is_picture (infos->pdata[i]))
        g_ptr_array_add (pictures, gesso_teach_picture_new_from_file (child, subset));
      else if (subset == NULL && is_subset (infos->pdata[i])
               && !read_folder (child, name, pictures, cancellable, error))
        return FALSE;
    }
  return infos != NULL;
}

static void
read_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GPtrArray *files = data;
  g_autoptr (GPtrArray) pictures = g_ptr_array_new_with_free_func (g_object_unref);
  GError *error = NULL;

  for (guint i = 0; i < files->len; i++)
    if (g_file_query_file_type (files->pdata[i], G_FILE_QUERY_INFO_NONE, cancellable)
        != G_FILE_TYPE_DIRECTORY)
      g_ptr_array_add (pictures, gesso_teach_picture_new_from_file (files->pdata[i], NULL));
    else if (!read_folder (files->pdata[i], NULL, pictures, cancellable, &error))
      {
        g_task_return_error (task, error);
        return;
      }
  g_task_return_pointer (task, g_steal_pointer (&pictures), (GDestroyNotify) g_ptr_array_unref);
}

static GPtrArray *
copy_list (GListModel *model)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    g_ptr_array_add (list, g_list_model_get_item (model, i));
  return list;
}

void
gesso_teach_set_read_async (GListModel         *files,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);

  g_task_set_source_tag (task, gesso_teach_set_read_async);
  g_task_set_task_data (task, copy_list (files), (GDestroyNotify) g_ptr_array_unref);
  g_task_run_in_thread (task, read_in_thread);
}

GPtrArray *
gesso_teach_set_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Writing -------------------------------------------------------------------------------- */

typedef struct
{
  GPtrArray *pictures;
  char      *folder;
} Writing;

static void
writing_free (Writing *writing)
{
  g_ptr_array_unref (writing->pictures);
  g_free (writing->folder);
  g_free (writing);
}

static gboolean
make_folder (const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);

  if (g_mkdir_with_parents (path, 0777) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
               _("The folder %s could not be made: %s"), shown, g_strerror (errno));
  return FALSE;
}

static gboolean
write_one (GessoTeachPicture *picture, const char *folder, guint i, GError **error)
{
  const char *subset = gesso_teach_picture_get_subset (picture);
  const char *caption = gesso_teach_picture_get_caption (picture);
  g_autofree char *within = subset ? g_build_filename (folder, subset, NULL) : g_strdup (folder);
  g_autofree char *name = g_strdup_printf ("%s/%04u.png", within, i);
  g_autofree char *text = g_strdup_printf ("%s/%04u.txt", within, i);

  if (!make_folder (within, error) || !gesso_teach_picture_write (picture, name, error))
    {
      g_prefix_error (error, _("“%s” could not be taken over: "),
                      gesso_teach_picture_get_name (picture));
      return FALSE;
    }
  return *caption == '\0' || g_file_set_contents (text, caption, -1, error);
}

void
gesso_teach_remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      gesso_teach_remove_folder (child);
    }
  g_remove (path);
}

/* Under a name that is cleared away at the next start, until all is there. */
static gboolean
write_all (const Writing *writing, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (writing->folder);
  g_autofree char *base = g_path_get_basename (writing->folder);
  g_autofree char *name = g_strconcat (".", base, NULL);
  g_autofree char *half = g_build_filename (parent, name, NULL);
  g_autofree char *pictures = g_build_filename (half, "pictures", NULL);
  gboolean done = make_folder (pictures, error);
  guint n = 0;

  for (guint i = 0; i < writing->pictures->len && done; i++)
    if (gesso_teach_picture_get_problem (writing->pictures->pdata[i]) == NULL)
      done = write_one (writing->pictures->pdata[i], pictures, ++n, error);
  if (done && g_rename (half, writing->folder) == 0)
    return TRUE;
  if (done)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                 _("The folder %s could not be made: %s"), writing->folder, g_strerror (errno));
  gesso_teach_remove_folder (half);
  return FALSE;
}

static void
write_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (write_all (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
gesso_teach_set_write_async (GListModel         *pictures,
                             const char         *folder,
                             GAsyncReadyCallback callback,
                             gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);
  Writing *writing = g_new0 (Writing, 1);

  writing->pictures = copy_list (pictures);
  writing->folder = g_strdup (folder);
  g_task_set_source_tag (task, gesso_teach_set_write_async);
  g_task_set_task_data (task, writing, (GDestroyNotify) writing_free);
  g_task_run_in_thread (task, write_in_thread);
}

gboolean
gesso_teach_set_write_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
