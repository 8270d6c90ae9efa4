/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bindings between keys and controls, and the folders. */
#include "config.h"

#include "gesso-preferences.h"

#include "gesso-devices-group.h"
#include "gesso-server-group.h"
#include "gesso-store.h"

#include "application/gesso-full-screen.h"
#include "document/gesso-sandbox.h"

#include <glib/gi18n.h>

struct _GessoPreferences
{
  AdwPreferencesWindow parent_instance;

  AdwComboRow   *style;
  AdwComboRow   *preview;
  AdwActionRow  *gallery;
  GtkWidget     *gallery_reset;
  AdwActionRow  *downloads;
  GtkWidget     *downloads_reset;
  AdwActionRow  *autosave;
  GtkSwitch     *wait_for_power;
  GtkWidget     *full_screen_row;
  GtkSwitch     *wait_for_full_screen;
  GtkSwitch     *restore_session;
  GtkSpinButton *undo_memory;

  AdwActionRow  *device;
  GtkWidget     *device_progress;
  GtkWidget     *device_copy;
  GessoDevicesGroup *devices;
  GessoServerGroup *server;

  GSettings     *store;
  GessoDeviceCheck *check; /* or NULL */
};

G_DEFINE_FINAL_TYPE (GessoPreferences, gesso_preferences, ADW_TYPE_PREFERENCES_WINDOW)

/* In the order of the rows' items. */
static const char *const style_ids[] = { "system", "light", "dark", NULL };
static const char *const preview_ids[] = { "none", "fast", "best", NULL };

/* ---- Choices -------------------------------------------------------------------------------- */

static gboolean
position_from_id (GValue *value, GVariant *variant, gpointer data)
{
  const char *const *ids = data;

  for (guint i = 0; ids[i]; i++)
    if (g_str_equal (ids[i], g_variant_get_string (variant, NULL)))
      {
        g_value_set_uint (value, i);
        return TRUE;
      }

  return FALSE;
}

static GVariant *
id_from_position (const GValue *value, const GVariantType *type, gpointer data)
{
  const char *const *ids = data;
  guint position = g_value_get_uint (value);

  return position < g_strv_length ((char **) ids) ? g_variant_new_string (ids[position]) : NULL;
}

static void
bind_choice (GessoPreferences *self, const char *key, AdwComboRow *row, const char *const *ids)
{
  g_settings_bind_with_mapping (self->store, key, row, "selected", G_SETTINGS_BIND_DEFAULT,
                                position_from_id, id_from_position, (gpointer) ids, NULL);
}

/* ---- Folders -------------------------------------------------------------------------------- */

typedef GFile *(*GetFolder) (GSettings *store);

static void
update_folder (GessoPreferences *self, const char *key, GetFolder get, AdwActionRow *row,
               GtkWidget *reset)
{
  g_autoptr (GFile) folder = get (self->store);
  g_autoptr (GVariant) chosen = g_settings_get_user_value (self->store, key);
  g_autofree char *name = gesso_sandbox_dup_name (folder);

  adw_action_row_set_subtitle (row, name);
  gtk_widget_set_visible (reset, chosen != NULL);
}

static void
update_folders (GessoPreferences *self)
{
  update_folder (self, "gallery-folder", gesso_store_get_gallery_folder, self->gallery,
                 self->gallery_reset);
  update_folder (self, "download-folder", gesso_store_get_download_folder, self->downloads,
                 self->downloads_reset);
}

static void
on_folder_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  g_autoptr (GessoPreferences) self = data;

  if (response == GTK_RESPONSE_ACCEPT && self->store)
    {
      g_autoptr (GFile) folder = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *uri = g_file_get_uri (folder);

      g_settings_set_string (self->store, g_object_get_data (G_OBJECT (dialog), "key"), uri);
    }
  g_object_unref (dialog);
}

/* key: static. */
static void
choose_folder (GessoPreferences *self, const char *key, GetFolder get, const char *title)
{
  g_autoptr (GFile) folder = get (self->store);
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      title, GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _("_Choose"), NULL);

  g_object_set_data (G_OBJECT (dialog), "key", (gpointer) key);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  if (g_file_query_exists (folder, NULL))
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), folder, NULL);
  g_signal_connect (dialog, "response", G_CALLBACK (on_folder_response), g_object_ref (self));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
choose_gallery (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  choose_folder (GESSO_PREFERENCES (widget), "gallery-folder", gesso_store_get_gallery_folder,
                 _("Choose the Gallery's Folder"));
}

static void
choose_downloads (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  choose_folder (GESSO_PREFERENCES (widget), "download-folder", gesso_store_get_download_folder,
                 _("Choose the Folder of Fetched Models"));
}

static void
reset_gallery (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  g_settings_reset (GESSO_PREFERENCES (widget)->store, "gallery-folder");
}

static void
reset_downloads (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  g_settings_reset (GESSO_PREFERENCES (widget)->store, "download-folder");
}

static void
show_autosave (GessoPreferences *self)
{
  g_autofree char *path = g_build_filename (g_get_user_state_dir (), "gesso", NULL);
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  g_autofree char *name = gesso_sandbox_dup_name (folder);
  /* Translators: %s is a folder */
  g_autofree char *text = g_strdup_printf (_("Every change is kept at once, in %s"), name);

  adw_action_row_set_subtitle (self->autosave, text);
}

/* ---- The device ----------------------------------------------------------------------------- */

static void
update_device (GessoPreferences *self)
{
  g_autofree char *verdict = gesso_device_check_dup_verdict (self->check);

  adw_action_row_set_subtitle (self->device, verdict);
  gtk_widget_set_visible (self->device_progress, gesso_device_check_is_running (self->check));
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->device_progress),
                                 gesso_device_check_get_fraction (self->check));
  gtk_widget_set_sensitive (self->device_copy, gesso_device_check_get_report (self->check) != NULL);
}

static void
copy_report (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  GessoPreferences *self = GESSO_PREFERENCES (widget);
  const char *report = self->check ? gesso_device_check_get_report (self->check) : NULL;

  if (report == NULL)
    return;

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), report);
  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self),
                                    adw_toast_new (_("The report is on the clipboard")));
}

void
gesso_preferences_set_device_check (GessoPreferences *self, GessoDeviceCheck *check)
{
  self->check = g_object_ref (check);
  g_signal_connect_object (check, "changed", G_CALLBACK (update_device), self, G_CONNECT_SWAPPED);
  gtk_widget_set_visible (GTK_WIDGET (self->device), TRUE);
  gesso_device_check_start (check);
  update_device (self);
}

void
gesso_preferences_set_devices (GessoPreferences *self, GessoDevices *devices)
{
  gesso_devices_group_bind (self->devices, self->store, devices);
}

void
gesso_preferences_set_server (GessoPreferences *self, GessoServer *server)
{
  gesso_server_group_bind (self->server, self->store, server);
  gtk_widget_set_visible (GTK_WIDGET (self->server), TRUE);
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
bind_all (GessoPreferences *self)
{
  bind_choice (self, "style", self->style, style_ids);
  bind_choice (self, "preview", self->preview, preview_ids);
  g_settings_bind (self->store, "wait-for-power", self->wait_for_power, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->store, "wait-for-full-screen", self->wait_for_full_screen, "active",
                   G_SETTINGS_BIND_DEFAULT);
  gtk_widget_set_visible (self->full_screen_row,
                          gesso_full_screen_is_known (gtk_widget_get_display (GTK_WIDGET (self))));
  g_settings_bind (self->store, "restore-session", self->restore_session, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->store, "undo-memory", self->undo_memory, "value",
                   G_SETTINGS_BIND_DEFAULT);
  g_signal_connect_object (self->store, "changed::gallery-folder", G_CALLBACK (update_folders),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->store, "changed::download-folder", G_CALLBACK (update_folders),
                           self, G_CONNECT_SWAPPED);
  update_folders (self);
  show_autosave (self);
}

GessoPreferences *
gesso_preferences_new (GtkWindow *parent, GSettings *store)
{
  GessoPreferences *self = g_object_new (GESSO_TYPE_PREFERENCES, "transient-for", parent, NULL);

  self->store = g_object_ref (store);
  bind_all (self);

  return self;
}

static void
gesso_preferences_dispose (GObject *object)
{
  g_clear_object (&GESSO_PREFERENCES (object)->store);
  g_clear_object (&GESSO_PREFERENCES (object)->check);

  G_OBJECT_CLASS (gesso_preferences_parent_class)->dispose (object);
}

static void
gesso_preferences_class_init (GessoPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_preferences_dispose;

  g_type_ensure (GESSO_TYPE_DEVICES_GROUP);
  g_type_ensure (GESSO_TYPE_SERVER_GROUP);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/preferences/gesso-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoPreferences, style);
  gtk_widget_class_bind_template_child (widget_class, GessoPreferences, preview);
  gtk_widget_class_bind_template_child (widget_class, GessoPreferences, gallery);
  gtk_widget_class_bind_template_child (widget_class, GessoPreferences, gallery_reset);
  gtk_widget_class_bind_template_child (widget_class, GessoPreferences, downloads);
  gtk_widget_class_bind_template_child (widget_class, GessoPreferences, downloads_reset);
  gtk_widget_class_bind_template_child (widget_class, GessoPreferences, autosave);
  gtk_widget_class_bind_template_child (widget_class, GessoPreferences, wait_for_power);
  gtk_widget_class_bind_template_child (widget_class, GessoPreferences, full_screen_row);
  gtk_widget_class_bind_template_child (widget_class, GessoPreferences, wait_for_full_screen);
  gtk_widget_class_bind_template_child (widget_class, GessoPreferences, device);
  gtk_widget_class_bind_template_child (widget_class, GessoPreferences, device_progress);
  gtk_widget_class_bind_template_child (widget_class, GessoPreferences, device_copy);
  gtk_widget_class_bind_template_child (widget_class, GessoPreferences, devices);
  gtk_widget_class_bind_template_child (widget_class, GessoPreferences, server);
  gtk_widget_class_bind_template_child (widget_class, GessoPreferences, restore_session);
  gtk_widget_class_bind_template_child (widget_class, GessoPreferences, undo_memory);
  gtk_widget_class_install_action (widget_class, "preferences.choose-gallery", NULL,
                                   choose_gallery);
  gtk_widget_class_install_action (widget_class, "preferences.reset-gallery", NULL, reset_gallery);
  gtk_widget_class_install_action (widget_class, "preferences.copy-report", NULL, copy_report);
  gtk_widget_class_install_action (widget_class, "preferences.choose-downloads", NULL,
                                   choose_downloads);
  gtk_widget_class_install_action (widget_class, "preferences.reset-downloads", NULL,
                                   reset_downloads);
}

static void
gesso_preferences_init (GessoPreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
