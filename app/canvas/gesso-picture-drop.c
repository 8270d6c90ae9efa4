/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files first, then pixels; the drop is over once one of them is there. */
#include "config.h"

#include "gesso-picture-drop.h"

typedef struct
{
  GtkWidget          *widget;
  GtkPropagationPhase phase;
  GessoPictureDropped dropped;
  GObject            *owner;
} Taker;

typedef struct
{
  GtkEventController *target;
  GtkWidget          *widget;
  GObject            *owner;
  GdkDrop            *drop;
} Reading;

static void add_target (const Taker *taker);

/* GTK's target of this kind never lets go of what was dropped on it, looks as if it were held over it, and
 * takes the next one for a mistake; so it is used once. */
static void
finish (Reading *reading, GFile *file, GdkTexture *texture)
{
  const Taker *taker = g_object_get_data (G_OBJECT (reading->target), "taker");

  gdk_drop_finish (reading->drop, file || texture ? GDK_ACTION_COPY : 0);
  taker->dropped (reading->widget, file, texture, reading->owner);
  if (gtk_event_controller_get_widget (reading->target))
    {
      add_target (taker);
      gtk_widget_remove_controller (reading->widget, reading->target);
      gtk_widget_unset_state_flags (reading->widget, GTK_STATE_FLAG_DROP_ACTIVE);
    }
  g_object_unref (reading->target);
  g_object_unref (reading->widget);
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

static gboolean
finish_without (gpointer reading)
{
  finish (reading, NULL, NULL);

  return G_SOURCE_REMOVE;
}

static void
read_texture (Reading *reading)
{
  if (gdk_content_formats_contain_gtype (gdk_drop_get_formats (reading->drop), GDK_TYPE_TEXTURE))
    gdk_drop_read_value_async (reading->drop, GDK_TYPE_TEXTURE, G_PRIORITY_DEFAULT, NULL,
                               on_texture_read, reading);
  else
    g_idle_add (finish_without, reading); /* out of the target's own call */
}

gboolean
gesso_picture_is_far (GFile *file)
{
  return g_file_has_uri_scheme (file, "http") || g_file_has_uri_scheme (file, "https");
}

static void
on_files_read (GObject *source, GAsyncResult *result, gpointer data)
{
  const GValue *value = gdk_drop_read_value_finish (GDK_DROP (source), result, NULL);
  g_autoptr (GSList) files = value ? gdk_file_list_get_files (g_value_get_boxed (value)) : NULL;

  if (files && !gesso_picture_is_far (files->data))
    finish (data, files->data, NULL);
  else
    read_texture (data);
}

static gboolean
on_drop (GtkDropTargetAsync *target, GdkDrop *drop, double x, double y, const Taker *taker)
{
  Reading *reading = g_new0 (Reading, 1);

  reading->target = g_object_ref (GTK_EVENT_CONTROLLER (target));
  reading->widget = g_object_ref (taker->widget);
  reading->owner = g_object_ref (taker->owner);
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

/* A layer that is dragged within its list is no picture for the same window. */
static gboolean
comes_from (GdkDrop *drop, GtkWidget *widget)
{
  GdkDrag *drag = gdk_drop_get_drag (drop);
  GtkNative *native = gtk_widget_get_native (widget);

  return drag && native && gdk_drag_get_surface (drag) == gtk_native_get_surface (native);
}

/* The formats of a drag come with the types that GTK can make of them or without. */
gboolean
gesso_picture_drop_accepts (GdkDrop *drop, GtkWidget *widget)
{
  g_autoptr (GdkContentFormats) all = gdk_content_formats_union_deserialize_gtypes (
      gdk_content_formats_ref (gdk_drop_get_formats (drop)));
  g_autoptr (GdkContentFormats) wanted = make_formats ();

  return (gdk_drop_get_actions (drop) & GDK_ACTION_COPY) && !comes_from (drop, widget) &&
         gdk_content_formats_match (all, wanted);
}

static gboolean
on_accept (GtkDropTargetAsync *target, GdkDrop *drop, const Taker *taker)
{
  return gesso_picture_drop_accepts (drop, taker->widget);
}

static void
add_target (const Taker *taker)
{
  GtkDropTargetAsync *target = gtk_drop_target_async_new (make_formats (), GDK_ACTION_COPY);
  Taker *own = g_memdup2 (taker, sizeof *taker);

  g_object_set_data_full (G_OBJECT (target), "taker", own, g_free);
  g_signal_connect (target, "accept", G_CALLBACK (on_accept), own);
  g_signal_connect (target, "drop", G_CALLBACK (on_drop), own);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (target), own->phase);
  gtk_widget_add_controller (own->widget, GTK_EVENT_CONTROLLER (target));
}

void
gesso_picture_drop_add (GtkWidget          *widget,
                        GtkPropagationPhase phase,
                        GessoPictureDropped dropped,
                        gpointer            owner)
{
  add_target (&(Taker) { widget, phase, dropped, owner });
}
