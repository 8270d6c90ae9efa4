/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A title, a sentence, a bar and two buttons. */
#include "config.h"

#include "gesso-download-row.h"

#include <glib/gi18n.h>

struct _GessoDownloadRow
{
  AdwActionRow   parent_instance;

  GtkWidget     *bar;
  GtkWidget     *toggle; /* stops, or goes on */
  GtkWidget     *remove;

  GessoDownload *download;
};

G_DEFINE_FINAL_TYPE (GessoDownloadRow, gesso_download_row, ADW_TYPE_ACTION_ROW)

static void
name_button (GtkWidget *button, const char *tip, const char *format, const char *title)
{
  g_autofree char *label = g_strdup_printf (format, title);

  gtk_widget_set_tooltip_text (button, tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
update (GessoDownloadRow *self)
{
  const guint64 size = gesso_download_get_size (self->download);
  const guint64 n_bytes = gesso_download_get_bytes (self->download);
  const gboolean is_active = gesso_download_is_active (self->download);
  const gboolean is_done = gesso_download_get_state (self->download) == GESSO_DOWNLOAD_DONE;
  const char *title = gesso_download_get_title (self->download);
  g_autofree char *status = gesso_download_dup_status (self->download);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), status);
  gtk_widget_set_visible (self->bar, is_active && size > 0);
  if (size > 0)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), (double) n_bytes / (double) size);
  gtk_widget_set_visible (self->toggle, !is_done);
  gtk_button_set_icon_name (GTK_BUTTON (self->toggle), is_active ? "media-playback-pause-symbolic"
                                                                 : "media-playback-start-symbolic");
  /* Translators: %s is a model */
  name_button (self->toggle, is_active ? _("Stop") : _("Go On"),
               is_active ? _("Stop fetching %s") : _("Go on fetching %s"), title);
  /* Translators: %s is a model */
  name_button (self->remove, is_done ? _("Remove From This List") : _("Cancel"),
               is_done ? _("Remove %s from this list") : _("Cancel %s"), title);
}

static GtkWidget *
add_button (GessoDownloadRow *self, const char *icon_name, const char *action_name)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon_name);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action_name);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s",
                                    gesso_download_get_address (self->download));
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), button);

  return button;
}

static void
gesso_download_row_dispose (GObject *object)
{
  g_clear_object (&GESSO_DOWNLOAD_ROW (object)->download);

  G_OBJECT_CLASS (gesso_download_row_parent_class)->dispose (object);
}

static void
gesso_download_row_class_init (GessoDownloadRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gesso_download_row_dispose;
}

static void
gesso_download_row_init (GessoDownloadRow *self)
{
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self), 0);
}

GtkWidget *
gesso_download_row_new (GessoDownload *download)
{
  GessoDownloadRow *self = g_object_new (GESSO_TYPE_DOWNLOAD_ROW, NULL);

  self->download = g_object_ref (download);
  self->bar = gtk_progress_bar_new ();
  gtk_widget_set_valign (self->bar, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (self->bar, 100, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("How much of the file is there"), -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->bar);
  self->toggle = add_button (self, "media-playback-pause-symbolic", "get.toggle");
  self->remove = add_button (self, "window-close-symbolic", "get.remove");
  g_signal_connect_object (download, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);

  return GTK_WIDGET (self);
}
