/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures from and to other programs: copy, paste, and dropped ones. */
#include "config.h"

#include "gesso-window-private.h"

#include "canvas/gesso-picture-drop.h"

#include <glib/gi18n.h>

/* picture: NULL, with an error, where there is none. */
static void
take_picture (GessoWindow *self, GessoPicture *picture, const GError *error)
{
  gesso_window_end_wait (self);
  if (self->document == NULL)
    return;
  if (picture)
    gesso_window_set_start (self, picture);
  else
    gesso_banner_show (self->banner, GESSO_BANNER_ERROR, error->message, NULL, NULL);
}

static void
on_texture_converted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoPicture) picture = gesso_picture_from_texture_finish (result, &error);

  take_picture (self, picture, error);
}

static void
take_texture (GessoWindow *self, GdkTexture *texture)
{
  gesso_window_begin_wait (self, GESSO_WAIT_OPEN);
  gesso_picture_from_texture_async (texture, NULL, on_texture_converted, g_object_ref (self));
}

/* ---- The clipboard -------------------------------------------------------------------------- */

static void
copy (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  GessoPicture *picture = gesso_document_get_picture (self->document);

  gdk_clipboard_set_texture (gtk_widget_get_clipboard (GTK_WIDGET (self)),
                             gesso_picture_get_texture (picture));
  gesso_window_toast (self, _("Picture copied"), NULL, NULL);
}

static void
on_texture_pasted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoWindow) self = data;
  g_autoptr (GdkTexture) texture =
      gdk_clipboard_read_texture_finish (GDK_CLIPBOARD (source), result, NULL);

  if (self->document == NULL)
    return;
  if (texture)
    take_texture (self, texture);
  else
    gesso_window_toast (self, _("There is no picture on the clipboard"), NULL, NULL);
}

static void
on_stream_decoded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoPicture) picture = gesso_picture_from_stream_finish (result, &error);

  take_picture (self, picture, error);
}

static void
on_stream_pasted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoWindow) self = data;
  g_autoptr (GInputStream) stream =
      gdk_clipboard_read_finish (GDK_CLIPBOARD (source), result, NULL, NULL);

  if (self->document == NULL)
    return;
  if (stream == NULL)
    {
      gesso_window_toast (self, _("There is no picture on the clipboard"), NULL, NULL);
      return;
    }
  gesso_window_begin_wait (self, GESSO_WAIT_OPEN);
  gesso_picture_from_stream_async (stream, NULL, on_stream_decoded, g_object_ref (self));
}

/* Another program's in a format that we read ourselves, the others as GDK makes a texture of them. */
static void
paste_picture (GessoWindow *self, GdkClipboard *clipboard)
{
  static const char *mime_types[] = { "image/png", "image/jpeg", NULL };
  g_autoptr (GdkContentFormats) ours = gdk_content_formats_new (mime_types, G_N_ELEMENTS (mime_types) - 1);

  if (!gdk_clipboard_is_local (clipboard) &&
      gdk_content_formats_match (gdk_clipboard_get_formats (clipboard), ours))
    gdk_clipboard_read_async (clipboard, mime_types, G_PRIORITY_DEFAULT, NULL, on_stream_pasted,
                              g_object_ref (self));
  else
    gdk_clipboard_read_texture_async (clipboard, NULL, on_texture_pasted, g_object_ref (self));
}

/* Of a page's picture a browser gives the address and the pixels; only these can be had. */
static void
on_files_pasted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoWindow) self = data;
  const GValue *value = gdk_clipboard_read_value_finish (GDK_CLIPBOARD (source), result, NULL);
  g_autoptr (GSList) files = value ? gdk_file_list_get_files (g_value_get_boxed (value)) : NULL;

  if (self->document == NULL)
    return;
  if (files && !gesso_picture_is_far (files->data))
    gesso_window_open (self, files->data);
  else
    paste_picture (self, GDK_CLIPBOARD (source));
}

static void
paste (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (self));

  if (gdk_content_formats_contain_gtype (gdk_clipboard_get_formats (clipboard), GDK_TYPE_FILE_LIST))
    gdk_clipboard_read_value_async (clipboard, GDK_TYPE_FILE_LIST, G_PRIORITY_DEFAULT, NULL,
                                    on_files_pasted, g_object_ref (self));
  else
    paste_picture (self, clipboard);
}

/* ---- Dropping ------------------------------------------------------------------------------- */

static void
refuse (GessoWindow *self)
{
  gesso_window_toast (self, _("That picture is on another computer: save it, or copy and paste it"),
                      NULL, NULL);
}

static void
on_drop (GtkWidget *widget, GFile *file, GdkTexture *texture, gpointer owner)
{
  GessoWindow *self = owner;

  if (self->document == NULL)
    return;
  if (file && widget == GTK_WIDGET (self->prompt_bar))
    gesso_window_open_settings (self, file);
  else if (file)
    gesso_window_open (self, file);
  else if (texture)
    take_texture (self, texture);
  else
    refuse (self);
}

/* Over the canvas there are zones to choose from. */
typedef struct
{
  GessoWindow  *window;
  GessoDropZone zone;
} Drop;

static void
take_drop (Drop *drop, GessoPicture *picture, const GError *error)
{
  GessoWindow *self = drop->window;

  gesso_window_end_wait (self);
  if (self->document && error)
    gesso_banner_show (self->banner, GESSO_BANNER_ERROR, error->message, NULL, NULL);
  else if (self->document && drop->zone == GESSO_DROP_START)
    gesso_window_set_start (self, picture);
  else if (self->document && drop->zone == GESSO_DROP_MASK && gesso_window_has_painting (self))
    gesso_window_place_mask (self, picture);
  else if (self->document)
    gesso_window_place_layer (self, picture);

  g_object_unref (drop->window);
  g_free (drop);
}

static void
on_dropped_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoPicture) picture = gesso_picture_load_finish (result, &error);

  take_drop (data, picture, error);
}

static void
on_dropped_converted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoPicture) picture = gesso_picture_from_texture_finish (result, &error);

  take_drop (data, picture, error);
}

static void
on_canvas_drop (GessoWindow *self, guint zone, GFile *file, GdkTexture *texture)
{
  Drop *drop;

  if (file && zone == GESSO_DROP_SETTINGS)
    {
      gesso_window_open_settings (self, file);
      return;
    }
  if (file && (gesso_window_is_document (file)
               || g_file_query_file_type (file, G_FILE_QUERY_INFO_NONE, NULL) == G_FILE_TYPE_DIRECTORY))
    {
      gesso_window_open (self, file);
      return;
    }

  if (file == NULL && texture == NULL)
    {
      refuse (self);
      return;
    }

  drop = g_new0 (Drop, 1);
  drop->window = g_object_ref (self);
  drop->zone = zone;
  gesso_window_begin_wait (self, GESSO_WAIT_OPEN);
  if (file)
    gesso_picture_load_async (file, NULL, on_dropped_loaded, drop);
  else
    gesso_picture_from_texture_async (texture, NULL, on_dropped_converted, drop);
}

void
gesso_window_init_clipboard (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "copy", .activate = copy },
    { .name = "paste", .activate = paste },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);

  gesso_picture_drop_add (self->flap, GTK_PHASE_BUBBLE, on_drop, self);
  gesso_picture_drop_add (GTK_WIDGET (self->prompt_bar), GTK_PHASE_CAPTURE, on_drop, self);
  g_signal_connect_object (self->canvas, "dropped", G_CALLBACK (on_canvas_drop), self,
                           G_CONNECT_SWAPPED);
}
