/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gallery in a window of its own beside this one, so that pictures can be dragged over. */
#include "config.h"

#include "gesso-window-private.h"

#include "gallery/gesso-gallery-view.h"
#include "window/gesso-toast.h"

#include <glib/gi18n.h>

/* The history goes, or it would lie over what was opened. */
static void
open_item (GessoWindow *self, GessoGalleryItem *item)
{
  g_autoptr (GFile) file = g_file_new_for_path (gesso_gallery_item_get_path (item));

  gtk_window_close (self->history_window);
  gesso_window_open (self, file);
}

static void
restore_item (GessoWindow *self, GessoGalleryItem *item)
{
  g_autoptr (GFile) file = g_file_new_for_path (gesso_gallery_item_get_path (item));

  gesso_window_open_settings (self, file);
}

/* One after the other into the dialog, while that is open. */
static void
teach_item (GessoWindow *self, GessoGalleryItem *item)
{
  g_autoptr (GFile) file = g_file_new_for_path (gesso_gallery_item_get_path (item));

  gesso_window_teach_file (self, file);
}

/* Its toast is in the history's window; the action is this one's. */
static void
on_trashed (GessoWindow *self, GessoGalleryItem *item)
{
  g_set_object (&self->trashed, item);
  gesso_toast_show (g_object_get_data (G_OBJECT (self->history_window), "toasts"),
                    _("Picture moved to the trash"), _("Undo"), "history.undo");
}

static void
undo (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;

  if (self->trashed && self->gallery)
    gesso_gallery_undo_trash (self->gallery, self->trashed);
  g_clear_object (&self->trashed);
}

static void
on_destroyed (GessoWindow *self)
{
  self->history_window = NULL;
}

static GtkWidget *
make_content (GessoWindow *self)
{
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *view = g_object_new (GESSO_TYPE_GALLERY_VIEW, "vexpand", TRUE, NULL);
  GtkWidget *toasts = adw_toast_overlay_new ();

  gesso_gallery_view_set_gallery (GESSO_GALLERY_VIEW (view), self->gallery);
  g_signal_connect_object (view, "open", G_CALLBACK (open_item), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "restore", G_CALLBACK (restore_item), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "teach", G_CALLBACK (teach_item), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "trashed", G_CALLBACK (on_trashed), self, G_CONNECT_SWAPPED);
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (toasts), view);
  g_object_set_data (G_OBJECT (self->history_window), "toasts", toasts);
  gtk_box_append (GTK_BOX (content), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (content), toasts);

  return content;
}

static void
history (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  static const GActionEntry entries[] = { { .name = "undo", .activate = undo } };
  GessoWindow *self = data;
  g_autoptr (GSimpleActionGroup) group = NULL;

  if (self->history_window)
    {
      gtk_window_present (self->history_window);
      return;
    }

  self->history_window = g_object_new (ADW_TYPE_WINDOW, "title", _("History"), "transient-for", self,
                                       "destroy-with-parent", TRUE, "default-width", 680,
                                       "default-height", 560, NULL);
  adw_window_set_content (ADW_WINDOW (self->history_window), make_content (self));
  group = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (group), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self->history_window), "history", G_ACTION_GROUP (group));
  g_signal_connect_object (self->history_window, "destroy", G_CALLBACK (on_destroyed), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (self->history_window);
}

void
gesso_window_init_history (GessoWindow *self)
{
  static const GActionEntry entries[] = { { .name = "history", .activate = history } };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}

void
gesso_window_close_history (GessoWindow *self)
{
  if (self->history_window)
    gtk_window_destroy (self->history_window);
  g_clear_object (&self->trashed);
}
