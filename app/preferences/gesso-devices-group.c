/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A switch changes the key, the key the devices, and those the switch. */
#include "config.h"

#include "gesso-devices-group.h"

#include <glib/gi18n.h>

#define KEY "devices"

struct _GessoDevicesGroup
{
  AdwPreferencesGroup parent_instance;

  GSettings    *store;
  GessoDevices *devices;
  GPtrArray    *rows; /* the group's */
};

G_DEFINE_FINAL_TYPE (GessoDevicesGroup, gesso_devices_group, ADW_TYPE_PREFERENCES_GROUP)

/* ---- A row ---------------------------------------------------------------------------------- */

static GessoDevice *
get_device (GtkWidget *row)
{
  return g_object_get_data (G_OBJECT (row), "device");
}

static void
choose (GessoDevicesGroup *self, const char *name, gboolean enabled)
{
  g_autoptr (GVariant) choices = g_settings_get_value (self->store, KEY);
  GVariantBuilder builder;
  GVariantIter iter;
  const char *other;
  gboolean value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sb}"));
  g_variant_iter_init (&iter, choices);
  while (g_variant_iter_next (&iter, "{&sb}", &other, &value))
    if (!g_str_equal (other, name))
      g_variant_builder_add (&builder, "{sb}", other, value);
  g_variant_builder_add (&builder, "{sb}", name, enabled);
  g_settings_set_value (self->store, KEY, g_variant_builder_end (&builder));
}

static void
on_switched (GtkSwitch *control, GParamSpec *pspec, GtkWidget *row)
{
  GtkWidget *group = gtk_widget_get_ancestor (row, GESSO_TYPE_DEVICES_GROUP);
  gboolean enabled = gtk_switch_get_active (control);

  if (group && enabled != gesso_device_get_enabled (get_device (row)))
    choose (GESSO_DEVICES_GROUP (group), gesso_device_get_name (get_device (row)), enabled);
}

static void
show_description (GtkWidget *row)
{
  g_autofree char *text = gesso_device_dup_description (get_device (row));

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
}

static GtkWidget *
make_row (GessoDevice *device)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *control = gtk_switch_new ();

  g_object_set_data_full (G_OBJECT (row), "device", g_object_ref (device), g_object_unref);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), gesso_device_get_name (device));
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  show_description (row);
  g_signal_connect_object (device, "changed", G_CALLBACK (show_description), row, G_CONNECT_SWAPPED);
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  g_object_bind_property (device, "enabled", control, "active", G_BINDING_SYNC_CREATE);
  g_signal_connect (control, "notify::active", G_CALLBACK (on_switched), row);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), control);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), control);

  return row;
}

/* ---- The object ----------------------------------------------------------------------------- */

/* All but the first one, which makes pictures anyway. */
static void
update (GessoDevicesGroup *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->devices));

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 1; i < n; i++)
    {
      g_autoptr (GessoDevice) device = g_list_model_get_item (G_LIST_MODEL (self->devices), i);
      GtkWidget *row = make_row (device);

      g_ptr_array_add (self->rows, row);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
    }
  gtk_widget_set_visible (GTK_WIDGET (self), n > 1);
}

void
gesso_devices_group_bind (GessoDevicesGroup *self, GSettings *store, GessoDevices *devices)
{
  self->store = g_object_ref (store);
  self->devices = g_object_ref (devices);
  g_signal_connect_object (devices, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
gesso_devices_group_dispose (GObject *object)
{
  GessoDevicesGroup *self = GESSO_DEVICES_GROUP (object);

  g_clear_object (&self->store);
  g_clear_object (&self->devices);

  G_OBJECT_CLASS (gesso_devices_group_parent_class)->dispose (object);
}

static void
gesso_devices_group_finalize (GObject *object)
{
  g_ptr_array_unref (GESSO_DEVICES_GROUP (object)->rows);

  G_OBJECT_CLASS (gesso_devices_group_parent_class)->finalize (object);
}

static void
gesso_devices_group_class_init (GessoDevicesGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gesso_devices_group_dispose;
  G_OBJECT_CLASS (klass)->finalize = gesso_devices_group_finalize;
}

static void
gesso_devices_group_init (GessoDevicesGroup *self)
{
  self->rows = g_ptr_array_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _("Further Graphics Cards"));
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self),
                                         _("What waits in the queue is made on these too, side by side"));
}
