/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flattens, encodes in memory, and replaces the file. */
#include "config.h"

#include "gesso-export.h"

#include "document/gesso-composite.h"
#include "document/gesso-replace.h"

#include "gs.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gi18n.h>
#include <string.h>

#define QUALITY "92"

typedef struct
{
  GessoSnapshot *snapshot;
  char          *parameters;
  gboolean       deep;
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

/* Premultiplied RGBA. */
static guint8 *
composite (GessoSnapshot *snapshot, gboolean *opaque)
{
  const GdkRectangle area = { 0, 0, (int) snapshot->width, (int) snapshot->height };
  gsize n_pixels = (gsize) snapshot->width * snapshot->height;
  guint8 *pixels = g_malloc (n_pixels * 4);

  gesso_composite ((GessoLayerState *const *) snapshot->layers->pdata, snapshot->layers->len, &area,
                   pixels, (gsize) area.width * 4);
  *opaque = TRUE;
  for (gsize i = 0; i < n_pixels && *opaque; i++)
    *opaque = pixels[i * 4 + 3] == 255;

  return pixels;
}

/* A premultiplied value as a straight one of 0 .. most. */
static guint
straighten (guint value, guint alpha, guint most)
{
  return alpha ? MIN (most, (value * most + alpha / 2) / alpha) : 0;
}

/* Straight RGBA where anything can be seen through and keep_alpha, else RGB over white. */
static GsImage *
flatten (GessoSnapshot *snapshot, gboolean keep_alpha)
{
  gsize n_pixels = (gsize) snapshot->width * snapshot->height;
  gboolean opaque;
  g_autofree guint8 *pixels = composite (snapshot, &opaque);
  GsImage *image = gs_image_new (snapshot->width, snapshot->height, keep_alpha && !opaque ? 4 : 3);

  for (gsize i = 0; i < n_pixels; i++)
    {
      const guint8 *from = pixels + i * 4;
      guint8 *to = image->pixels + i * image->channels;
      guint alpha = from[3];

      for (guint c = 0; c < 3; c++)
        if (image->channels == 3)
          to[c] = (guint8) MIN (255, from[c] + (255 - alpha));
        else
          to[c] = (guint8) straighten (from[c], alpha, 255);
      if (image->channels == 4)
        to[3] = (guint8) alpha;
    }

  return image;
}

/* The same in 16 bits, for PNG. */
static GBytes *
encode_deep (GessoSnapshot *snapshot, const char *parameters, GError **error)
{
  gsize n_pixels = (gsize) snapshot->width * snapshot->height;
  gboolean opaque;
  g_autofree guint8 *pixels = composite (snapshot, &opaque);
  guint channels = opaque ? 3 : 4;
  g_autofree guint16 *samples = g_new (guint16, n_pixels * channels);

  for (gsize i = 0; i < n_pixels; i++)
    {
      const guint8 *from = pixels + i * 4;
      guint16 *to = samples + i * channels;

      for (guint c = 0; c < 3; c++)
        to[c] = (guint16) straighten (from[c], from[3], 65535);
      if (channels == 4)
        to[3] = (guint16) (from[3] * 257);
    }

  return gs_png_from_samples_16 (samples, snapshot->width, snapshot->height, channels, parameters,
                                 error);
}

/* ---- Files ---------------------------------------------------------------------------------- */

static GBytes *
encode_by_pixbuf (const GsImage *image, const char *type, GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new_from_data (
      image->pixels, GDK_COLORSPACE_RGB, image->channels == 4, 8, (int) image->width,
      (int) image->height, (int) (image->width * image->channels), NULL, NULL);
  gsize n_bytes;
  char *bytes;

  if (!gdk_pixbuf_save_to_buffer (pixbuf, &bytes, &n_bytes, type, error, "quality", QUALITY, NULL))
    return NULL;

  return g_bytes_new_take (bytes, n_bytes);
}

static GBytes *
encode (Export *job, GError **error)
{
  const char *type = gesso_export_get_type (job->file);
  gboolean is_png = type == NULL || g_str_equal (type, "png");
  g_autoptr (GsImage) image = NULL;

  if (is_png && job->deep)
    return encode_deep (job->snapshot, job->parameters, error);

  image = flatten (job->snapshot, g_strcmp0 (type, "jpeg") != 0);
  return is_png ? gs_image_to_png (image, job->parameters, error)
                : encode_by_pixbuf (image, type, error);
}

static void
export_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Export *job = data;
  g_autoptr (GError) cause = NULL;
  GError *error = NULL;
  g_autoptr (GBytes) bytes = encode (job, &cause);

  if (bytes == NULL)
    gesso_replace_set_error (job->file, cause, &error);
  else
    gesso_replace_contents (job->file, bytes, cancellable, &error);

  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

void
gesso_export_async (GessoSnapshot      *snapshot,
                    const char         *parameters,
                    gboolean            deep,
                    GFile              *file,
                    GCancellable       *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Export *job = g_new0 (Export, 1);

  job->snapshot = gesso_snapshot_ref (snapshot);
  job->parameters = g_strdup (parameters);
  job->deep = deep;
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
