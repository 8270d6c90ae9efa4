/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture: the engine's pixels, and a texture that shares their memory. */
#include "config.h"

#include "gesso-picture-private.h"

#include "document/gesso-blend.h"
#include "document/gesso-replace.h"
#include "document/gesso-texture.h"
#include "engine/gesso-picture-pixels.h"

#include <glib/gi18n.h>
#include <string.h>

#define LOOK_SIZE 96

struct _GessoPicture
{
  GObject       parent_instance;

  const GsImage *image;  /* RGB; owned by the bytes that the texture holds */
  GdkTexture    *texture;
  GdkTexture    *look;   /* NULL: none was asked for yet */
  GessoTiles    *tiles;  /* as look */
  char          *parameters;
  gboolean       saved;
};

enum
{
  PROP_0,
  PROP_SAVED,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (GessoPicture, gesso_picture, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
gesso_picture_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  g_value_set_boolean (value, GESSO_PICTURE (object)->saved);
}

static void
gesso_picture_finalize (GObject *object)
{
  GessoPicture *self = GESSO_PICTURE (object);

  g_clear_object (&self->texture);
  g_clear_object (&self->look);
  g_clear_pointer (&self->tiles, gesso_tiles_unref);
  g_free (self->parameters);

  G_OBJECT_CLASS (gesso_picture_parent_class)->finalize (object);
}

static void
gesso_picture_class_init (GessoPictureClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gesso_picture_get_property;
  object_class->finalize = gesso_picture_finalize;

  properties[PROP_SAVED] = g_param_spec_boolean ("saved", NULL, NULL, FALSE,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gesso_picture_init (GessoPicture *self)
{
}

static GdkTexture *
texture_from_bytes (const GsImage *rgb, GBytes *bytes)
{
  return gdk_memory_texture_new ((int) rgb->width, (int) rgb->height, GDK_MEMORY_R8G8B8, bytes,
                                 (gsize) rgb->width * 3);
}

GessoPicture *
gesso_picture_new_take (GsImage *image, char *parameters)
{
  GessoPicture *self = g_object_new (GESSO_TYPE_PICTURE, NULL);
  g_autoptr (GBytes) bytes = NULL;
  GsImage *rgb = image;

  if (image->channels != 3)
    {
      rgb = gs_image_convert (image, 3);
      gs_image_free (image);
    }

  bytes = g_bytes_new_with_free_func (rgb->pixels, (gsize) rgb->width * rgb->height * 3,
                                      (GDestroyNotify) gs_image_free, rgb);
  self->image = rgb;
  self->texture = texture_from_bytes (rgb, bytes);
  self->parameters = parameters;

  return self;
}

GdkTexture *
gesso_texture_from_image (const GsImage *image)
{
  g_autoptr (GBytes) bytes = NULL;

  g_assert (image->channels == 3);
  bytes = g_bytes_new (image->pixels, (gsize) image->width * image->height * 3);

  return texture_from_bytes (image, bytes);
}

GdkTexture *
gesso_texture_from_covered (const GsImage *image, const GsImage *coverage)
{
  gsize n = (gsize) image->width * image->height;
  guint8 *pixels = g_malloc (4 * n);
  g_autoptr (GBytes) bytes = g_bytes_new_take (pixels, 4 * n);
  g_autoptr (GsImage) resized = NULL;

  g_assert (image->channels == 3 && coverage->channels == 1);
  if (coverage->width != image->width || coverage->height != image->height)
    coverage = resized =
        gs_image_resize (coverage, image->width, image->height, GS_IMAGE_BILINEAR);
  for (gsize i = 0; i < n; i++)
    {
      for (guint c = 0; c < 3; c++)
        pixels[4 * i + c] = (guint8) gesso_multiply_8 (image->pixels[3 * i + c], coverage->pixels[i]);
      pixels[4 * i + 3] = coverage->pixels[i];
    }

  return gdk_memory_texture_new ((int) image->width, (int) image->height,
                                 GDK_MEMORY_R8G8B8A8_PREMULTIPLIED, bytes,
                                 (gsize) image->width * 4);
}

const GsImage *
gesso_picture_get_image (GessoPicture *self)
{
  return self->image;
}

guint
gesso_picture_get_width (GessoPicture *self)
{
  return self->image->width;
}

guint
gesso_picture_get_height (GessoPicture *self)
{
  return self->image->height;
}

GdkTexture *
gesso_picture_get_texture (GessoPicture *self)
{
  return self->texture;
}

GdkTexture *
gesso_picture_get_look (GessoPicture *self)
{
  if (self->look == NULL)
    self->look = gesso_image_look (self->image, LOOK_SIZE);

  return self->look;
}

GessoTiles *
gesso_picture_get_tiles (GessoPicture *self)
{
  if (self->tiles == NULL)
    self->tiles = gesso_tiles_from_image (self->image);

  return self->tiles;
}

const char *
gesso_picture_get_parameters (GessoPicture *self)
{
  return self->parameters;
}

gboolean
gesso_picture_get_saved (GessoPicture *self)
{
  return self->saved;
}

/* ---- Reading -------------------------------------------------------------------------------- */

/* What is larger could be looked at, but not be kept: no journal and no file would have it. */
static gboolean
check_size (guint width, guint height, GError **error)
{
  if (width <= GESSO_MAX_SIZE && height <= GESSO_MAX_SIZE)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               _("A picture of %u × %u pixels is too large: open one of up to %d × %d."), width, height,
               GESSO_MAX_SIZE, GESSO_MAX_SIZE);
  return FALSE;
}

static GessoPicture *
new_from_texture (GdkTexture *texture)
{
  GessoTiles *tiles = gesso_texture_to_tiles (texture);
  GessoPicture *self =
      gesso_picture_new_take (gesso_tiles_to_image (tiles, (guint) gdk_texture_get_width (texture),
                                                    (guint) gdk_texture_get_height (texture)),
                              NULL);

  self->tiles = tiles;
  return self;
}

static GessoPicture *
new_from_image (GsImage *image, char *parameters)
{
  GessoTiles *tiles = gesso_tiles_from_image (image);
  GessoPicture *self = gesso_picture_new_take (image, parameters);

  self->tiles = tiles;
  return self;
}

/* name: for people, of what the bytes were read from. */
static GessoPicture *
decode (GBytes *bytes, const char *name, GError **error)
{
  g_autoptr (GdkTexture) texture = NULL;

  /* The engine's reader knows the parameters text. */
  if (g_bytes_get_size (bytes) > 8 && memcmp (g_bytes_get_data (bytes, NULL), "\x89PNG", 4) == 0)
    {
      char *parameters = NULL;
      g_autoptr (GsImage) image = gs_image_load_png_bytes (bytes, &parameters, error);

      if (image && check_size (image->width, image->height, error))
        return new_from_image (g_steal_pointer (&image), parameters);
      g_free (parameters);
      return NULL;
    }

  texture = gdk_texture_new_from_bytes (bytes, NULL);
  if (texture == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   /* Translators: the name of a file, or “Clipboard” */
                   _("“%s” is not a picture that Gesso can read: open a PNG or JPEG file."), name);
      return NULL;
    }

  if (!check_size ((guint) gdk_texture_get_width (texture), (guint) gdk_texture_get_height (texture),
                   error))
    return NULL;

  return new_from_texture (texture);
}

static GessoPicture *
load_file (GFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) bytes = g_file_load_bytes (file, cancellable, NULL, error);
  g_autofree char *name = g_file_get_basename (file);

  return bytes ? decode (bytes, name, error) : NULL;
}

static void
load_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GessoPicture *picture = load_file (data, cancellable, &error);

  if (picture == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  picture->saved = TRUE;
  g_task_return_pointer (task, picture, g_object_unref);
}

void
gesso_picture_load_async (GFile              *file,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);

  g_task_set_source_tag (task, gesso_picture_load_async);
  g_task_set_task_data (task, g_object_ref (file), g_object_unref);
  g_task_run_in_thread (task, load_in_thread);
}

GessoPicture *
gesso_picture_load_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
from_texture_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GessoPicture *picture;

  if (!check_size ((guint) gdk_texture_get_width (data), (guint) gdk_texture_get_height (data), &error))
    {
      g_task_return_error (task, error);
      return;
    }
  picture = new_from_texture (data);
  picture->saved = TRUE;
  g_task_return_pointer (task, picture, g_object_unref);
}

void
gesso_picture_from_texture_async (GdkTexture         *texture,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);

  g_task_set_source_tag (task, gesso_picture_from_texture_async);
  g_task_set_task_data (task, g_object_ref (texture), g_object_unref);
  g_task_run_in_thread (task, from_texture_in_thread);
}

GessoPicture *
gesso_picture_from_texture_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Not by GdkTexture, whose making stops the main loop: 10,000 x 10,000 pixels for 1.8 s. */
static void
decode_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GessoPicture *picture = decode (data, _("Clipboard"), &error);

  if (picture == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  picture->saved = TRUE;
  g_task_return_pointer (task, picture, g_object_unref);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (g_output_stream_splice_finish (G_OUTPUT_STREAM (source), result, &error) < 0)
    {
      g_task_return_error (task, error);
      return;
    }
  g_task_set_task_data (task, g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (source)),
                        (GDestroyNotify) g_bytes_unref);
  g_task_run_in_thread (task, decode_in_thread);
}

void
gesso_picture_from_stream_async (GInputStream       *stream,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  g_autoptr (GOutputStream) bytes = g_memory_output_stream_new_resizable ();

  g_task_set_source_tag (task, gesso_picture_from_stream_async);
  g_output_stream_splice_async (bytes, stream,
                                G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                                G_PRIORITY_DEFAULT, cancellable, on_read, task);
}

GessoPicture *
gesso_picture_from_stream_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Writing -------------------------------------------------------------------------------- */

static gboolean
save_file (GessoPicture *self, GFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) bytes = gs_image_to_png (self->image, self->parameters, error);

  return bytes && gesso_replace_contents (file, bytes, cancellable, error);
}

static void
save_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (save_file (source, data, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
gesso_picture_save_async (GessoPicture       *self,
                          GFile              *file,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, gesso_picture_save_async);
  g_task_set_task_data (task, g_object_ref (file), g_object_unref);
  g_task_run_in_thread (task, save_in_thread);
}

gboolean
gesso_picture_save_finish (GessoPicture *self, GAsyncResult *result, GError **error)
{
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;

  if (!self->saved)
    {
      self->saved = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SAVED]);
    }
  return TRUE;
}
