/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flattens, encodes in memory, and replaces the file. */
#include "config.h"

#include "gesso-export.h"

#include "document/gesso-composite.h"

#include "gs.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gi18n.h>
#include <string.h>

#define QUALITY "92"

typedef struct
{
  GessoSnapshot *snapshot;
  char          *parameters;
  GFile         *file;
} Export;

static void
export_free (gpointer data)
{
  Export *job = data;

  gesso_snapshot_unref (job->snapshot);
  g_object_unref (job->file);
  g_free (job->parameters);
  g_free (job);
}

/* ---- Types ---------------------------------------------------------------------------------- */

gboolean
gesso_export_can (const char *type)
{
  GSList *formats = gdk_pixbuf_get_formats ();
  gboolean can = g_str_equal (type, "png"); /* by ourselves */

  for (GSList *l = formats; l && !can; l = l->next)
    {
      g_autofree char *name = gdk_pixbuf_format_get_name (l->data);

      can = g_str_equal (name, type) && gdk_pixbuf_format_is_writable (l->data);
    }
  g_slist_free (formats);

  return can;
}

const char *
gesso_export_get_type (GFile *file)
{
  static const char *const endings[][2] = {
    { ".png", "png" }, { ".jpg", "jpeg" }, { ".jpeg", "jpeg" }, { ".webp", "webp" },
  };
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (lower, endings[i][0]))
      return endings[i][1];

  return NULL;
}

/* ---- Pixels --------------------------------------------------------------------------------- */

/* Straight RGBA where anything can be seen through and keep_alpha, else RGB over white. */
static GsImage *
flatten (GessoSnapshot *snapshot, gboolean keep_alpha)
{
  const GdkRectangle area = { 0, 0, (int) snapshot->width, (int) snapshot->height };
  gsize n_pixels = (gsize) snapshot->width * snapshot->height;
  g_autofree guint8 *pixels = g_malloc (n_pixels * 4);
  gboolean opaque = TRUE;
  GsImage *image;

  gesso_composite ((GessoLayerState *const *) snapshot->layers->pdata, snapshot->layers->len, &area,
                   pixels, (gsize) area.width * 4);
  for (gsize i = 0; i < n_pixels && opaque; i++)
    opaque = pixels[i * 4 + 3] == 255;

  image = gs_image_new (snapshot->width, snapshot->height, keep_alpha && !opaque ? 4 : 3);
  for (gsize i = 0; i < n_pixels; i++)
    {
      const guint8 *from = pixels + i * 4;
      guint8 *to = image->pixels + i * image->channels;
      guint alpha = from[3];

      for (guint c = 0; c < 3; c++)
        if (image->channels == 3)
          to[c] = (guint8) MIN (255, from[c] + (255 - alpha));
        else
          to[c] = (guint8) (alpha ? MIN (255, (from[c] * 255u + alpha / 2) / alpha) : 0);
      if (image->channels == 4)
        to[3] = (guint8) alpha;
    }

  return image;
}

/* ---- Files ---------------------------------------------------------------------------------- */

static gboolean
encode_by_pixbuf (const GsImage *image, const char *type, char **bytes, gsize *n_bytes,
                  GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new_from_data (
      image->pixels, GDK_COLORSPACE_RGB, image->channels == 4, 8, (int) image->width,
      (int) image->height, (int) (image->width * image->channels), NULL, NULL);

  return gdk_pixbuf_save_to_buffer (pixbuf, bytes, n_bytes, type, error, "quality", QUALITY, NULL);
}

static gboolean
write_export (Export *job, GCancellable *cancellable, GError **error)
{
  const char *type = gesso_export_get_type (job->file);
  g_autoptr (GsImage) image = flatten (job->snapshot, g_strcmp0 (type, "jpeg") != 0);
  g_autofree char *bytes = NULL;
  gsize n_bytes = 0;

  if (type == NULL || g_str_equal (type, "png"))
    {
      g_autoptr (GBytes) png = gs_image_to_png (image, job->parameters, error);

      if (png == NULL)
        return FALSE;
      bytes = g_bytes_unref_to_data (g_steal_pointer (&png), &n_bytes);
    }
  else if (!encode_by_pixbuf (image, type, &bytes, &n_bytes, error))
    return FALSE;

  return g_file_replace_contents (job->file, bytes, n_bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                  cancellable, error);
}

static void
export_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Export *job = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  if (write_export (job, cancellable, &error))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  name = g_file_get_parse_name (job->file);
  g_task_return_new_error (
      task, error->domain, error->code,
      _("“%s” could not be saved (%s): save it under another name or in another folder."), name,
      error->message);
}

void
gesso_export_async (GessoSnapshot      *snapshot,
                    const char         *parameters,
                    GFile              *file,
                    GCancellable       *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Export *job = g_new0 (Export, 1);

  job->snapshot = gesso_snapshot_ref (snapshot);
  job->parameters = g_strdup (parameters);
  job->file = g_object_ref (file);
  g_task_set_source_tag (task, gesso_export_async);
  g_task_set_task_data (task, job, export_free);
  g_task_run_in_thread (task, export_in_thread);
}

gboolean
gesso_export_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
