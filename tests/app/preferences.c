/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoPreferences: every control and its key follow each other; and what the values mean. */
#include "config.h"

#include "document/gesso-settings.h"
#include "engine/gesso-devices-private.h"
#include "preferences/gesso-preferences.h"
#include "preferences/gesso-store.h"

static GtkWidget *
get_child (GessoPreferences *preferences, const char *id)
{
  GObject *child = gtk_widget_get_template_child (GTK_WIDGET (preferences), GESSO_TYPE_PREFERENCES,
                                                  id);

  g_assert_nonnull (child);
  return GTK_WIDGET (child);
}

static GessoPreferences *
open_preferences (GSettings **store)
{
  *store = gesso_store_new ();
  g_assert_nonnull (*store);

  return gesso_preferences_new (NULL, *store);
}

static void
close_preferences (GessoPreferences *preferences, GSettings *store)
{
  g_object_add_weak_pointer (G_OBJECT (preferences), (gpointer *) &preferences);
  gtk_window_destroy (GTK_WINDOW (preferences));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (preferences);
  g_object_unref (store);
}

/* ---- Controls ------------------------------------------------------------------------------- */

static void
test_choices (void)
{
  static const struct
  {
    const char *key, *ids[4];
  } choices[] = {
    { "style", { "system", "light", "dark" } },
    { "preview", { "none", "fast", "best" } },
  };
  GSettings *store;
  GessoPreferences *preferences = open_preferences (&store);

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      AdwComboRow *row = ADW_COMBO_ROW (get_child (preferences, choices[i].key));
      guint n_ids = g_strv_length ((char **) choices[i].ids);

      g_assert_cmpuint (g_list_model_get_n_items (adw_combo_row_get_model (row)), ==, n_ids);
      for (guint j = 0; j < n_ids; j++)
        {
          g_autofree char *value = NULL;

          adw_combo_row_set_selected (row, j);
          value = g_settings_get_string (store, choices[i].key);
          g_assert_cmpstr (value, ==, choices[i].ids[j]);
        }
      for (guint j = 0; j < n_ids; j++)
        {
          g_settings_set_string (store, choices[i].key, choices[i].ids[j]);
          g_assert_cmpuint (adw_combo_row_get_selected (row), ==, j);
        }
      g_settings_reset (store, choices[i].key);
    }
  close_preferences (preferences, store);
}

static void
test_switches (void)
{
  static const char *const switches[][2] = {
    { "restore-session", "restore_session" },
    { "wait-for-power", "wait_for_power" },
    { "wait-for-full-screen", "wait_for_full_screen" },
  };
  GSettings *store;
  GessoPreferences *preferences = open_preferences (&store);

  for (guint i = 0; i < G_N_ELEMENTS (switches); i++)
    {
      GtkSwitch *control = GTK_SWITCH (get_child (preferences, switches[i][1]));
      const gboolean at_first = g_settings_get_boolean (store, switches[i][0]);

      g_assert_true (gtk_switch_get_active (control) == at_first);
      gtk_switch_set_active (control, !at_first);
      g_assert_true (g_settings_get_boolean (store, switches[i][0]) != at_first);
      g_settings_reset (store, switches[i][0]);
      g_assert_true (gtk_switch_get_active (control) == at_first);
    }
  close_preferences (preferences, store);
}

/* As the application does it. */
static void
apply_devices (GSettings *store, const char *key, GessoDevices *devices)
{
  g_autoptr (GVariant) choices = g_settings_get_value (store, key);

  gesso_devices_set_choices (devices, choices);
}

static void
find_switches (GtkWidget *widget, GPtrArray *switches)
{
  if (GTK_IS_SWITCH (widget))
    g_ptr_array_add (switches, widget);
  for (GtkWidget *c = gtk_widget_get_first_child (widget); c; c = gtk_widget_get_next_sibling (c))
    find_switches (c, switches);
}

/* Each but the first has a switch; equal ones are told apart. */
static void
test_devices (void)
{
  GsDeviceInfo infos[] = {
    { .name = "Fast 1", .driver = "a", .kind = GS_DEVICE_DISCRETE, .index = 0 },
    { .name = "Fast 1", .driver = "a", .kind = GS_DEVICE_DISCRETE, .index = 1 },
    { .name = "Fast 2", .driver = "a", .kind = GS_DEVICE_DISCRETE, .index = 2 },
    { .name = "Slow", .driver = "b", .kind = GS_DEVICE_INTEGRATED, .index = 3 },
    { .name = "Old", .driver = "b", .kind = GS_DEVICE_DISCRETE, .index = 4, .unusable = (char *) "it is old" },
  };
  static const gboolean at_first[] = { TRUE, TRUE, FALSE };
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (GPtrArray) switches = g_ptr_array_new ();
  g_autoptr (GessoDevices) devices = gesso_devices_new ();
  g_autoptr (GVariant) choices = NULL;
  GSettings *store;
  GessoPreferences *preferences = open_preferences (&store);
  GtkWidget *group = get_child (preferences, "devices");

  g_signal_connect (store, "changed::devices", G_CALLBACK (apply_devices), devices);
  gesso_preferences_set_devices (preferences, devices);
  g_assert_false (gtk_widget_get_visible (group));
  for (guint i = 0; i < G_N_ELEMENTS (infos); i++)
    g_ptr_array_add (all, &infos[i]);
  gesso_devices_set_known (devices, all, &infos[0]);
  g_assert_true (gtk_widget_get_visible (group));

  find_switches (group, switches);
  g_assert_cmpuint (switches->len, ==, G_N_ELEMENTS (at_first));
  for (guint i = 0; i < switches->len; i++)
    {
      g_autoptr (GessoDevice) device = g_list_model_get_item (G_LIST_MODEL (devices), i + 1);

      g_assert_true (gtk_switch_get_active (switches->pdata[i]) == at_first[i]);
      gtk_switch_set_active (switches->pdata[i], !at_first[i]);
      g_assert_true (gesso_device_get_enabled (device) != at_first[i]);
    }
  choices = g_settings_get_value (store, "devices");
  g_assert_cmpvariant (choices, g_variant_new_parsed ("{'Fast 1 (2)': false, 'Fast 2': false, 'Slow': true}"));

  g_settings_reset (store, "devices");
  for (guint i = 0; i < switches->len; i++)
    g_assert_true (gtk_switch_get_active (switches->pdata[i]) == at_first[i]);
  g_signal_handlers_disconnect_by_data (store, devices);
  close_preferences (preferences, store);
}

static void
test_undo_memory (void)
{
  GSettings *store;
  GessoPreferences *preferences = open_preferences (&store);
  GtkSpinButton *spin = GTK_SPIN_BUTTON (get_child (preferences, "undo_memory"));
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autoptr (GSettingsSchemaKey) key = NULL;
  g_autoptr (GVariant) range = NULL;
  g_autoptr (GVariant) bounds = NULL;
  double lower, upper;
  guint least, most;

  g_assert_cmpfloat (gtk_spin_button_get_value (spin), ==, 1024);
  gtk_spin_button_set_value (spin, 4096);
  g_assert_cmpuint (g_settings_get_uint (store, "undo-memory"), ==, 4096);
  g_settings_reset (store, "undo-memory");
  g_assert_cmpfloat (gtk_spin_button_get_value (spin), ==, 1024);

  /* The control offers what the key takes. */
  g_object_get (store, "settings-schema", &schema, NULL);
  key = g_settings_schema_get_key (schema, "undo-memory");
  range = g_settings_schema_key_get_range (key);
  g_variant_get (range, "(sv)", NULL, &bounds);
  g_variant_get (bounds, "(uu)", &least, &most);
  gtk_spin_button_get_range (spin, &lower, &upper);
  g_assert_cmpfloat (lower, ==, least);
  g_assert_cmpfloat (upper, ==, most);
  close_preferences (preferences, store);
}

typedef struct
{
  const char *key, *row, *reset, *reset_action, *usual;
} Folder;

static const Folder folders[] = {
  { "gallery-folder", "gallery", "gallery_reset", "preferences.reset-gallery", "/Gesso" },
  { "download-folder", "downloads", "downloads_reset", "preferences.reset-downloads", "/gesso/models" },
};

static void
test_folder (gconstpointer data)
{
  const Folder *folder = data;
  GSettings *store;
  GessoPreferences *preferences = open_preferences (&store);
  AdwActionRow *row = ADW_ACTION_ROW (get_child (preferences, folder->row));
  GtkWidget *reset = get_child (preferences, folder->reset);
  g_autofree char *path = g_build_filename (g_get_home_dir (), "paintings", NULL);
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

  g_assert_false (gtk_widget_get_visible (reset));
  g_assert_true (g_str_has_suffix (adw_action_row_get_subtitle (row), folder->usual));
  g_settings_set_string (store, folder->key, uri);
  g_assert_cmpstr (adw_action_row_get_subtitle (row), ==, "~/paintings");
  g_assert_true (gtk_widget_get_visible (reset));
  gtk_widget_activate_action (GTK_WIDGET (preferences), folder->reset_action, NULL);
  g_assert_true (g_str_has_suffix (adw_action_row_get_subtitle (row), folder->usual));
  g_assert_false (gtk_widget_get_visible (reset));
  close_preferences (preferences, store);
}

/* ---- Values --------------------------------------------------------------------------------- */

static void
test_gallery_folder (void)
{
  g_autoptr (GSettings) store = gesso_store_new ();
  g_autoptr (GFile) forgotten = gesso_store_get_gallery_folder (NULL);
  g_autoptr (GFile) usual = gesso_store_get_gallery_folder (store);
  g_autoptr (GFile) chosen = NULL;
  g_autofree char *uri = NULL;

  g_assert_true (g_file_equal (forgotten, usual));
  g_settings_set_string (store, "gallery-folder", "file:///pictures/of%20mine");
  chosen = gesso_store_get_gallery_folder (store);
  uri = g_file_get_uri (chosen);
  g_assert_cmpstr (uri, ==, "file:///pictures/of%20mine");
  g_settings_reset (store, "gallery-folder");
}

/* More than 32 bits of bytes too; a picture's settings have such a property in the seed. */
static void
test_undo_bytes (void)
{
  g_autoptr (GSettings) store = gesso_store_new ();
  g_autoptr (GessoSettings) holder = gesso_settings_new ();

  gesso_store_bind_undo_bytes (NULL, G_OBJECT (holder), "seed");
  g_assert_cmpuint (gesso_settings_get_seed (holder), ==, 0);
  gesso_store_bind_undo_bytes (store, G_OBJECT (holder), "seed");
  g_assert_cmpuint (gesso_settings_get_seed (holder), ==, 1024 * 1048576);
  g_settings_set_uint (store, "undo-memory", 8192);
  g_assert_cmpuint (gesso_settings_get_seed (holder), ==, 8192 * G_GUINT64_CONSTANT (1048576));
  g_settings_reset (store, "undo-memory");
}

int
main (int argc, char **argv)
{
  g_unsetenv ("GESSO_DEVICE"); /* it alone would be used */
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add_func ("/app/preferences/choices", test_choices);
  g_test_add_func ("/app/preferences/switches", test_switches);
  g_test_add_func ("/app/preferences/devices", test_devices);
  g_test_add_func ("/app/preferences/undo-memory", test_undo_memory);
  g_test_add_data_func ("/app/preferences/gallery", &folders[0], test_folder);
  g_test_add_data_func ("/app/preferences/downloads", &folders[1], test_folder);
  g_test_add_func ("/app/preferences/gallery-folder", test_gallery_folder);
  g_test_add_func ("/app/preferences/undo-bytes", test_undo_bytes);

  return g_test_run ();
}
