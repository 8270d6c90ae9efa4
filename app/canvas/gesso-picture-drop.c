/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files first, then pixels; the drop is over once one of them is there. */
#include "config.h"

#include "gesso-picture-drop.h"

typedef struct
{
  GtkEventController *target;
  GObject            *owner;
  GdkDrop            *drop;
} Reading;

static void
finish (Reading *reading, GFile *file, GdkTexture *texture)
{
  GessoPictureDropped dropped =
      (GessoPictureDropped) g_object_get_data (G_OBJECT (reading->target), "dropped");

  gdk_drop_finish (reading->drop, file || texture ? GDK_ACTION_COPY : 0);
  dropped (reading->target, file, texture, reading->owner);
  g_object_unref (reading->target);
  g_object_unref (reading->owner);
  g_object_unref (reading->drop);
  g_free (reading);
}

static void
on_texture_read (GObject *source, GAsyncResult *result, gpointer data)
{
  const GValue *value = gdk_drop_read_value_finish (GDK_DROP (source), result, NULL);

  finish (data, NULL, value ? g_value_get_object (value) : NULL);
}

static void
read_texture (Reading *reading)
{
  if (gdk_content_formats_contain_gtype (gdk_drop_get_formats (reading->drop), GDK_TYPE_TEXTURE))
    gdk_drop_read_value_async (reading->drop, GDK_TYPE_TEXTURE, G_PRIORITY_DEFAULT, NULL,
                               on_texture_read, reading);
  else
    finish (reading, NULL, NULL);
}

static gboolean
is_far (GFile *file)
{
  return g_file_has_uri_scheme (file, "http") || g_file_has_uri_scheme (file, "https");
}

static void
on_files_read (GObject *source, GAsyncResult *result, gpointer data)
{
  const GValue *value = gdk_drop_read_value_finish (GDK_DROP (source), result, NULL);
  g_autoptr (GSList) files = value ? gdk_file_list_get_files (g_value_get_boxed (value)) : NULL;

  if (files && !is_far (files->data))
    finish (data, files->data, NULL);
  else
    read_texture (data);
}

static gboolean
on_drop (GtkDropTargetAsync *target, GdkDrop *drop, double x, double y, gpointer owner)
{
  Reading *reading = g_new0 (Reading, 1);

  reading->target = g_object_ref (GTK_EVENT_CONTROLLER (target));
  reading->owner = g_object_ref (owner);
  reading->drop = g_object_ref (drop);
  if (gdk_content_formats_contain_gtype (gdk_drop_get_formats (drop), GDK_TYPE_FILE_LIST))
    gdk_drop_read_value_async (drop, GDK_TYPE_FILE_LIST, G_PRIORITY_DEFAULT, NULL, on_files_read,
                               reading);
  else
    read_texture (reading);

  return TRUE;
}

static GdkContentFormats *
make_formats (void)
{
  GdkContentFormatsBuilder *builder = gdk_content_formats_builder_new ();

  gdk_content_formats_builder_add_gtype (builder, GDK_TYPE_FILE_LIST);
  gdk_content_formats_builder_add_gtype (builder, GDK_TYPE_TEXTURE);

  return gdk_content_formats_builder_free_to_formats (builder);
}

/* formats: of a drag, with the types that GTK can make of them or without. */
gboolean
gesso_picture_drop_accepts (GdkContentFormats *formats)
{
  g_autoptr (GdkContentFormats) all =
      gdk_content_formats_union_deserialize_gtypes (gdk_content_formats_ref (formats));
  g_autoptr (GdkContentFormats) wanted = make_formats ();

  return gdk_content_formats_match (all, wanted);
}

GtkEventController *
gesso_picture_drop_new (GessoPictureDropped dropped, gpointer owner)
{
  GtkDropTargetAsync *target = gtk_drop_target_async_new (make_formats (), GDK_ACTION_COPY);

  g_object_set_data (G_OBJECT (target), "dropped", (gpointer) dropped);
  g_signal_connect (target, "drop", G_CALLBACK (on_drop), owner);

  return GTK_EVENT_CONTROLLER (target);
}
