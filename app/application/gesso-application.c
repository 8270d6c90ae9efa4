/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Start, options, files, and the actions that are not a window's. */
#include "config.h"

#include "gesso-application.h"

#include "application/gesso-about.h"
#include "application/gesso-awake.h"
#include "application/gesso-canvas-benchmark.h"
#include "application/gesso-contrast.h"
#include "application/gesso-stall.h"
#include "document/gesso-journal.h"
#include "preferences/gesso-preferences.h"
#include "preferences/gesso-store.h"
#include "window/gesso-window.h"

#include <glib/gi18n.h>

#define LEAVE_MS 10000  /* for one that was killed to be gone: on a busy machine a second a GiB */
#define CHECK_SECONDS 5 /* in which the first window does what it has to */

struct _GessoApplication
{
  AdwApplication parent_instance;

  GessoEngine   *engine;
  GessoTrainings *trainings;
  GSettings     *store;          /* NULL where the schema is not installed */
  GessoDownloads *downloads;
  guint          fetching_cookie;
  GessoDeviceCheck *device_check;
  guint          check_timeout;
  GtkWindow     *preferences;    /* weak                                   */
  gboolean       restored;       /* the windows of the last time         */
  gboolean       quitting;       /* all windows, not one                 */
  gboolean       measure_stalls, measure_canvas;
};

G_DEFINE_FINAL_TYPE (GessoApplication, gesso_application, ADW_TYPE_APPLICATION)

GessoEngine *
gesso_application_get_engine (GessoApplication *self)
{
  return self->engine;
}

GessoDeviceCheck *
gesso_application_get_device_check (GessoApplication *self)
{
  return self->device_check;
}

GessoDownloads *
gesso_application_get_downloads (GessoApplication *self)
{
  return self->downloads;
}

GessoTrainings *
gesso_application_get_trainings (GessoApplication *self)
{
  return self->trainings;
}

gboolean
gesso_application_get_quitting (GessoApplication *self)
{
  return self->quitting;
}

/* ---- Actions -------------------------------------------------------------------------------- */

/* Through the windows, which ask about what cannot be kept. */
static void
quit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkApplication *application = data;
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (application));

  GESSO_APPLICATION (data)->quitting = TRUE;
  for (GList *l = windows; l; l = l->next)
    if (GESSO_IS_WINDOW (l->data))
      gtk_window_close (l->data);
  GESSO_APPLICATION (data)->quitting = FALSE;
  if (windows == NULL)
    g_application_quit (G_APPLICATION (application));
}

static void
about (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gesso_about_show (gtk_application_get_active_window (data), GESSO_APPLICATION (data)->engine);
}

static void
preferences (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoApplication *self = data;

  if (self->preferences == NULL)
    {
      self->preferences = GTK_WINDOW (gesso_preferences_new (
          gtk_application_get_active_window (GTK_APPLICATION (self)), self->store));
      gesso_preferences_set_device_check (GESSO_PREFERENCES (self->preferences),
                                          self->device_check);
      gesso_preferences_set_devices (GESSO_PREFERENCES (self->preferences),
                                     gesso_engine_get_devices (self->engine));
      gesso_preferences_set_server (GESSO_PREFERENCES (self->preferences),
                                    gesso_engine_get_server (self->engine));
      g_object_add_weak_pointer (G_OBJECT (self->preferences), (gpointer *) &self->preferences);
    }
  gtk_window_present (self->preferences);
}

static void
new_window (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_window_present (GTK_WINDOW (gesso_window_new (data, NULL)));
}

static void
activate_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_application_activate (G_APPLICATION (data));
}

static void
add_actions (GessoApplication *self)
{
  static const GActionEntry entries[] = {
    { .name = "activate", .activate = activate_action },
    { .name = "about", .activate = about },
    { .name = "preferences", .activate = preferences },
    { .name = "new-window", .activate = new_window },
    { .name = "quit", .activate = quit },
  };
  static const struct
  {
    const char *action, *accels[3];
  } keys[] = {
    { "app.quit", { "<Control>q" } },
    { "app.new-window", { "<Control>n" } },
    { "app.preferences", { "<Control>comma" } },
    { "window.close", { "<Control>w" } },
    { "win.enqueue", { "<Control>Return", "<Control>KP_Enter" } },
    { "win.open", { "<Control>o" } },
    { "win.save", { "<Control>s" } },
    { "win.save-as", { "<Control><Shift>s" } },
    { "win.export", { "<Control><Shift>e" } },
    { "win.previous", { "<Alt>Left" } },
    { "win.next", { "<Alt>Right" } },
    { "win.history", { "<Control>h" } },
    { "win.live", { "<Control>l" } },
    { "win.show-settings", { "F9" } },
    { "win.help", { "F1" } },
    { "win.show-help-overlay", { "<Control>question" } },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), keys[i].action, keys[i].accels);
}

/* ---- Preferences of the whole program ------------------------------------------------------- */

static void
apply_style (GessoApplication *self)
{
  g_autofree char *style = g_settings_get_string (self->store, "style");
  AdwColorScheme scheme = ADW_COLOR_SCHEME_DEFAULT;

  if (g_str_equal (style, "light"))
    scheme = ADW_COLOR_SCHEME_FORCE_LIGHT;
  else if (g_str_equal (style, "dark"))
    scheme = ADW_COLOR_SCHEME_FORCE_DARK;
  adw_style_manager_set_color_scheme (adw_application_get_style_manager (ADW_APPLICATION (self)),
                                      scheme);
}

static void
apply_preview (GessoApplication *self)
{
  g_autofree char *preview = g_settings_get_string (self->store, "preview");

  gesso_engine_set_preview (self->engine, preview);
}

static void
apply_download_folder (GessoApplication *self)
{
  g_autoptr (GFile) folder = gesso_store_get_download_folder (self->store);

  gesso_downloads_set_folder (self->downloads, g_file_peek_path (folder));
}

static void
apply_server (GessoApplication *self)
{
  gesso_store_apply_server (self->store, gesso_engine_get_server (self->engine));
}

static void
apply_devices (GessoApplication *self)
{
  g_autoptr (GVariant) choices = g_settings_get_value (self->store, "devices");

  gesso_devices_set_choices (gesso_engine_get_devices (self->engine), choices);
}

static void
on_downloads_changed (GessoApplication *self)
{
  GtkApplication *application = GTK_APPLICATION (self);

  gesso_awake_set (&self->fetching_cookie, application,
                   gtk_application_get_active_window (application),
                   gesso_downloads_is_busy (self->downloads), _("Models are being fetched"));
}

static void
open_store (GessoApplication *self)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "preferences");

  self->store = gesso_store_new ();
  self->downloads = gesso_downloads_new (NULL);
  g_signal_connect_object (self->downloads, "changed", G_CALLBACK (on_downloads_changed), self,
                           G_CONNECT_SWAPPED);
  apply_download_folder (self);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), self->store != NULL);
  if (self->store == NULL)
    return;

  g_signal_connect_swapped (self->store, "changed::style", G_CALLBACK (apply_style), self);
  g_signal_connect_swapped (self->store, "changed::preview", G_CALLBACK (apply_preview), self);
  g_signal_connect_swapped (self->store, "changed::download-folder",
                            G_CALLBACK (apply_download_folder), self);
  g_signal_connect_swapped (self->store, "changed::server-address", G_CALLBACK (apply_server), self);
  g_signal_connect_swapped (self->store, "changed::devices", G_CALLBACK (apply_devices), self);
  apply_devices (self);
  apply_server (self);
  apply_style (self);
  apply_preview (self);
}

/* ---- The application ------------------------------------------------------------------------ */

/* Every journal that was left becomes a window again, that of late on top. Where that is not wanted,
 * only what no file holds: it is there for the program has died. */
static void
restore_session (GessoApplication *self)
{
  gboolean wanted = self->store == NULL || g_settings_get_boolean (self->store, "restore-session");
  g_auto (GStrv) paths = NULL;

  if (self->restored || self->measure_stalls)
    return;

  self->restored = TRUE;
  if (gtk_application_get_windows (GTK_APPLICATION (self)) == NULL)
    gesso_journal_wait_left (NULL, LEAVE_MS);
  paths = gesso_journal_list_left (NULL);
  for (guint i = g_strv_length (paths); i-- > 0;)
    {
      g_autofree char *note = gesso_journal_read_note (paths[i]);

      if (wanted || gesso_window_is_worth_keeping (note))
        gtk_window_present (GTK_WINDOW (gesso_window_new (self, paths[i])));
      else
        gesso_journal_delete (paths[i]);
    }
  gesso_trainings_load (self->trainings);
}

static gboolean
on_check_time (gpointer data)
{
  GessoApplication *self = data;

  self->check_timeout = 0;
  gesso_device_check_start (self->device_check);

  return G_SOURCE_REMOVE;
}

void
gesso_application_check_device (GessoApplication *self)
{
  if (self->check_timeout == 0 && !self->measure_stalls && self->device_check)
    self->check_timeout = g_timeout_add_seconds (CHECK_SECONDS, on_check_time, self);
}

/* The one that was used last; the list is in that order. */
static GessoWindow *
get_window (GessoApplication *self)
{
  restore_session (self);
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l; l = l->next)
    if (GESSO_IS_WINDOW (l->data))
      return l->data;

  return gesso_window_new (self, NULL);
}

static void
gesso_application_activate (GApplication *application)
{
  GessoApplication *self = GESSO_APPLICATION (application);
  GessoWindow *window;

  if (self->measure_canvas)
    {
      gesso_canvas_benchmark (GTK_APPLICATION (self));
      return;
    }

  window = get_window (self);
  gtk_window_present (GTK_WINDOW (window));
  if (self->measure_stalls)
    gesso_stall_measure (G_APPLICATION (self), G_ACTION_GROUP (window));
}

static void
gesso_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  GessoWindow *window = get_window (GESSO_APPLICATION (application));

  gtk_window_present (GTK_WINDOW (window));
  for (int i = 0; i < n_files; i++)
    gesso_window_open (window, files[i]);
}

static void
gesso_application_startup (GApplication *application)
{
  GessoApplication *self = GESSO_APPLICATION (application);

  G_APPLICATION_CLASS (gesso_application_parent_class)->startup (application);

  gtk_window_set_default_icon_name (GESSO_APP_ID);
  gesso_contrast_follow (adw_application_get_style_manager (ADW_APPLICATION (self)));
  self->engine = gesso_engine_new ();
  self->trainings = gesso_trainings_new (GTK_APPLICATION (self), self->engine);
  self->device_check = gesso_device_check_new (self->engine);
  add_actions (self);
  open_store (self);
}

/* Here rather than in finalize: the engine's thread must be gone before main() returns. */
static void
gesso_application_shutdown (GApplication *application)
{
  GessoApplication *self = GESSO_APPLICATION (application);

  G_APPLICATION_CLASS (gesso_application_parent_class)->shutdown (application);

  g_clear_handle_id (&self->check_timeout, g_source_remove);
  gesso_device_check_stop (self->device_check);
  while (gesso_device_check_is_running (self->device_check))
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&self->device_check);
  g_clear_object (&self->downloads);
  gesso_trainings_close (self->trainings);
  g_clear_object (&self->trainings);
  g_clear_object (&self->store);
  gesso_engine_close (self->engine);
  g_clear_object (&self->engine);
}

/* Asks the instance that runs already; where there is none, activating opens a window anyway. */
static gboolean
open_new_window (GApplication *application)
{
  g_autoptr (GError) error = NULL;

  if (!g_application_register (application, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return FALSE;
    }
  if (g_application_get_is_remote (application))
    g_action_group_activate_action (G_ACTION_GROUP (application), "new-window", NULL);

  return TRUE;
}

static int
gesso_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  GessoApplication *self = GESSO_APPLICATION (application);

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("Gesso %s\n", GESSO_VERSION);
      return 0;
    }
  if (g_variant_dict_contains (options, "new-window") && !open_new_window (application))
    return 1;
  self->measure_stalls = g_variant_dict_contains (options, "benchmark-stall");
  self->measure_canvas = g_variant_dict_contains (options, "benchmark-canvas");

  return -1;
}

static void
gesso_application_class_init (GessoApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->activate = gesso_application_activate;
  application_class->open = gesso_application_open;
  application_class->startup = gesso_application_startup;
  application_class->shutdown = gesso_application_shutdown;
  application_class->handle_local_options = gesso_application_handle_local_options;
}

static void
describe (GApplication *application)
{
  static const char *const variables[][2] = {
    { "GESSO_DEVICE", N_("the graphics card to use, by a part of its name") },
    { "GESSO_MEMORY_LIMIT", N_("how many MiB of its memory may be used") },
    { "GESSO_STARTER", N_("another starter model") },
  };
  g_autoptr (GString) text = g_string_new (_("Environment variables:"));

  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    g_string_append_printf (text, "\n  %-20s %s", variables[i][0], _(variables[i][1]));
  g_string_append_printf (text, "\n\n%s",
                          _("gesso-cli does the same without a window: gesso-cli --help"));

  g_application_set_option_context_parameter_string (application, _("[FILE…]"));
  g_application_set_option_context_summary (
      application, _("Make pictures from words. A picture that Gesso made restores its "
                     "settings, any other is started from, a .safetensors file is used "
                     "as the model."));
  g_application_set_option_context_description (application, text->str);
}

static void
gesso_application_init (GessoApplication *self)
{
  static const GOptionEntry options[] = {
    { "new-window", 'w', 0, G_OPTION_ARG_NONE, NULL, N_("Open another window"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Print the version and leave"), NULL },
    { "benchmark-stall", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, NULL,
      "Make a picture, print the main loop's longest stall in milliseconds, and leave", NULL },
    { "benchmark-canvas", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, NULL,
      "Pan and paint in a large painting, print the work of a frame in milliseconds, and leave",
      NULL },
    { NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
  describe (G_APPLICATION (self));
}

GessoApplication *
gesso_application_new (void)
{
  return g_object_new (GESSO_TYPE_APPLICATION,
                       "application-id", GESSO_APP_ID,
                       "flags", G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path", "/io/github/gesso_paint/Gesso",
                       NULL);
}
