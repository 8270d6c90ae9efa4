/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows the setting "vae". */
#include "config.h"

#include "gesso-vae-row.h"

#include <glib/gi18n.h>

struct _GessoVaeRow
{
  AdwActionRow   parent_instance;

  GessoSettings *settings;
};

G_DEFINE_FINAL_TYPE (GessoVaeRow, gesso_vae_row, ADW_TYPE_ACTION_ROW)

static void
on_vae_changed (GessoVaeRow *self)
{
  g_autofree char *path = NULL, *base = NULL, *shown = NULL;

  g_object_get (self->settings, "vae", &path, NULL);
  base = g_path_get_basename (path);
  shown = g_filename_display_name (base);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), shown);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), *path ? path : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self), *path != '\0');
}

static void
clear (GessoVaeRow *self)
{
  g_object_set (self->settings, "vae", "", NULL);
}

void
gesso_vae_row_bind (GessoVaeRow *self, GessoSettings *settings)
{
  self->settings = g_object_ref (settings);
  g_signal_connect_object (settings, "notify::vae", G_CALLBACK (on_vae_changed), self,
                           G_CONNECT_SWAPPED);
  on_vae_changed (self);
}

static void
gesso_vae_row_dispose (GObject *object)
{
  g_clear_object (&GESSO_VAE_ROW (object)->settings);

  G_OBJECT_CLASS (gesso_vae_row_parent_class)->dispose (object);
}

static void
gesso_vae_row_class_init (GessoVaeRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gesso_vae_row_dispose;
}

static void
gesso_vae_row_init (GessoVaeRow *self)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("edit-clear-symbolic");

  gtk_widget_set_tooltip_text (button, _("Use the Model’s Own"));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (clear), self);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _("Autoencoder"));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self), 2);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), button);
}
