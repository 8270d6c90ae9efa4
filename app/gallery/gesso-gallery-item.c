/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture's file, what it says, and how it looks. */
#include "config.h"

#include "gesso-gallery-item.h"

#include <string.h>

struct _GessoGalleryItem
{
  GObject parent_instance;

  char   *path;
  char   *parameters;
  char   *folded;  /* of the parameters, for the search */
  gint64  time;
};

G_DEFINE_FINAL_TYPE (GessoGalleryItem, gesso_gallery_item, G_TYPE_OBJECT)

static void
gesso_gallery_item_finalize (GObject *object)
{
  GessoGalleryItem *self = GESSO_GALLERY_ITEM (object);

  g_free (self->path);
  g_free (self->parameters);
  g_free (self->folded);

  G_OBJECT_CLASS (gesso_gallery_item_parent_class)->finalize (object);
}

static void
gesso_gallery_item_class_init (GessoGalleryItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gesso_gallery_item_finalize;
}

static void
gesso_gallery_item_init (GessoGalleryItem *self)
{
}

GessoGalleryItem *
gesso_gallery_item_new (const char *path, const char *parameters, gint64 time)
{
  GessoGalleryItem *self = g_object_new (GESSO_TYPE_GALLERY_ITEM, NULL);

  self->path = g_strdup (path);
  self->parameters = parameters && *parameters ? g_utf8_make_valid (parameters, -1) : NULL;
  self->folded = self->parameters ? g_utf8_casefold (self->parameters, -1) : NULL;
  self->time = time;

  return self;
}

const char *
gesso_gallery_item_get_path (GessoGalleryItem *self)
{
  return self->path;
}

const char *
gesso_gallery_item_get_parameters (GessoGalleryItem *self)
{
  return self->parameters;
}

gint64
gesso_gallery_item_get_time (GessoGalleryItem *self)
{
  return self->time;
}

char *
gesso_gallery_item_dup_prompt (GessoGalleryItem *self)
{
  const char *end = NULL;

  if (self->parameters == NULL)
    return g_strdup ("");

  /* The negative prompt and the settings begin lines of their own. */
  end = strstr (self->parameters, "\nNegative prompt: ");
  if (end == NULL)
    end = g_str_has_prefix (self->parameters, "Steps: ") ? self->parameters
                                                         : strstr (self->parameters, "\nSteps: ");

  return g_strstrip (end ? g_strndup (self->parameters, (gsize) (end - self->parameters))
                         : g_strdup (self->parameters));
}

gboolean
gesso_gallery_item_matches (GessoGalleryItem *self, const char *text)
{
  g_autofree char *folded = g_utf8_casefold (text ? text : "", -1);
  g_auto (GStrv) words = g_strsplit_set (folded, " \t\n", -1);

  for (guint i = 0; words[i]; i++)
    if (*words[i] && (self->folded == NULL || strstr (self->folded, words[i]) == NULL))
      return FALSE;

  return TRUE;
}

/* ---- The look ------------------------------------------------------------------------------- */

static void
look_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GessoGalleryItem *self = source;
  int size = GPOINTER_TO_INT (data);
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  GError *error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;

  pixbuf = gdk_pixbuf_new_from_file_at_scale (self->path, size, size, TRUE, &error);
  if (pixbuf)
    g_task_return_pointer (task, gdk_texture_new_for_pixbuf (pixbuf), g_object_unref);
  else
    g_task_return_error (task, error);
}

void
gesso_gallery_item_look_async (GessoGalleryItem   *self,
                               int                 size,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, gesso_gallery_item_look_async);
  g_task_set_task_data (task, GINT_TO_POINTER (size), NULL);
  g_task_run_in_thread (task, look_in_thread);
}

GdkTexture *
gesso_gallery_item_look_finish (GessoGalleryItem *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
