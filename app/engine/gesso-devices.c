/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first, a server, the further ones; and which of them an order goes to. */
#include "config.h"

#include "gesso-devices-private.h"

#include "gesso-server-model.h"

struct _GessoDevices
{
  GObject      parent_instance;

  GPtrArray   *devices;
  GessoDevice *server;
  GVariant    *choices;  /* or NULL */
  char       **folders;
  gboolean     known;
  guint        idle;     /* of "free" */
};

static void gesso_devices_init_list_model (GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GessoDevices, gesso_devices, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, gesso_devices_init_list_model))

static guint free_signal;

static GType
get_item_type (GListModel *model)
{
  return GESSO_TYPE_DEVICE;
}

static guint
get_n_items (GListModel *model)
{
  return GESSO_DEVICES (model)->devices->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GessoDevices *self = GESSO_DEVICES (model);

  return position < self->devices->len ? g_object_ref (self->devices->pdata[position]) : NULL;
}

static void
gesso_devices_init_list_model (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

/* ---- Which one ------------------------------------------------------------------------------ */

static gboolean
is_for_server (GessoOrder *order)
{
  return gesso_server_model_is_one (gesso_settings_get_model (gesso_order_get_settings (order)));
}

static GessoDevice *
find (GessoDevices *self, GessoOrder *order, gboolean has_work)
{
  for (guint i = 0; i < self->devices->len; i++)
    {
      GessoDevice *device = self->devices->pdata[i];

      if (gesso_device_suits (device, order) && gesso_device_is_free (device) &&
          (has_work || !gesso_device_has_work (device)))
        return device;
    }

  return NULL;
}

/* One that learns or enlarges comes last: it would have to stop for it, or to be waited for. */
GessoDevice *
gesso_devices_find (GessoDevices *self, GessoOrder *order)
{
  GessoDevice *device;

  if (is_for_server (order))
    return gesso_device_is_free (self->server) ? self->server : NULL;

  device = find (self, order, FALSE);
  return device ? device : find (self, order, TRUE);
}

static GessoDevice *
find_suitable (GessoDevices *self, GessoOrder *order)
{
  for (guint i = 0; i < self->devices->len; i++)
    if (gesso_device_suits (self->devices->pdata[i], order))
      return self->devices->pdata[i];

  return NULL;
}

GessoDevice *
gesso_devices_get_usual (GessoDevices *self, GessoOrder *order)
{
  GessoDevice *device = is_for_server (order) ? self->server : find_suitable (self, order);

  return device ? device : gesso_devices_get_first (self);
}

gboolean
gesso_devices_can_move (GessoDevices *self, GessoOrder *order, const GError *error)
{
  return !is_for_server (order) && gesso_device_is_to_blame (error) &&
         find_suitable (self, order) != NULL;
}

/* ---- Which there are ------------------------------------------------------------------------ */

GessoDevice *
gesso_devices_get_first (GessoDevices *self)
{
  return self->devices->pdata[0];
}

GessoDevice *
gesso_devices_get_server (GessoDevices *self)
{
  return self->server;
}

/* Where one device is named, it is meant that others are not used. */
static gboolean
is_wanted (GessoDevices *self, GessoDevice *device)
{
  const char *named = g_getenv ("GESSO_DEVICE");
  gboolean wanted = gesso_device_is_discrete (device) && (named == NULL || *named == '\0');

  if (self->choices)
    g_variant_lookup (self->choices, gesso_device_get_name (device), "b", &wanted);

  return wanted;
}

static void
apply_choices (GessoDevices *self)
{
  for (guint i = 0; i < self->devices->len; i++)
    if (gesso_device_get_role (self->devices->pdata[i]) == GESSO_DEVICE_FURTHER)
      gesso_device_set_enabled (self->devices->pdata[i], is_wanted (self, self->devices->pdata[i]));
}

void
gesso_devices_set_choices (GessoDevices *self, GVariant *choices)
{
  g_clear_pointer (&self->choices, g_variant_unref);
  self->choices = choices ? g_variant_ref (choices) : NULL;
  apply_choices (self);
}

static void
on_changed (GessoDevices *self)
{
  gesso_devices_notify_free (self);
}

void
gesso_devices_add (GessoDevices *self, GessoDevice *device)
{
  g_ptr_array_add (self->devices, g_object_ref (device));
  gesso_device_set_library (device, (const char *const *) self->folders);
  g_signal_connect_object (device, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_list_model_items_changed (G_LIST_MODEL (self), self->devices->len - 1, 0, 1);
  gesso_devices_notify_free (self);
}

/* Equal cards are counted, the first one too. */
static char *
dup_name (GPtrArray *all, const GsDeviceInfo *info)
{
  guint n = 0;

  for (guint i = 0; i < all->len && all->pdata[i] != info; i++)
    n += g_str_equal (((GsDeviceInfo *) all->pdata[i])->name, info->name);

  return n > 0 ? g_strdup_printf ("%s (%u)", info->name, n + 1) : g_strdup (info->name);
}

void
gesso_devices_set_known (GessoDevices *self, GPtrArray *all, const GsDeviceInfo *first)
{
  if (self->known)
    return;

  self->known = TRUE;
  for (guint i = 0; i < all->len; i++)
    {
      const GsDeviceInfo *info = all->pdata[i];
      g_autofree char *name = dup_name (all, info);
      /* The first one's own check is about its equals too. */
      gboolean checks = !g_str_equal (info->name, first->name) || !g_str_equal (info->driver, first->driver);

      if (info->index == first->index)
        gesso_device_set_name (gesso_devices_get_first (self), name);
      else if (info->unusable == NULL)
        {
          g_autoptr (GessoDevice) device = gesso_device_new_further (info, name, checks);

          gesso_device_set_enabled (device, is_wanted (self, device));
          gesso_devices_add (self, device);
        }
    }
}

void
gesso_devices_set_library (GessoDevices *self, const char *const *folders)
{
  g_strfreev (self->folders);
  self->folders = g_strdupv ((char **) folders);
  for (guint i = 0; i < self->devices->len; i++)
    gesso_device_set_library (self->devices->pdata[i], folders);
}

/* ---- Free ----------------------------------------------------------------------------------- */

static gboolean
emit_free (gpointer data)
{
  GessoDevices *self = data;

  self->idle = 0;
  g_signal_emit (self, free_signal, 0);

  return G_SOURCE_REMOVE;
}

/* Whoever made it free comes first. */
void
gesso_devices_notify_free (GessoDevices *self)
{
  if (self->idle == 0)
    self->idle = g_idle_add (emit_free, self);
}

/* ---- The object ----------------------------------------------------------------------------- */

void
gesso_devices_close (GessoDevices *self)
{
  for (guint i = 0; i < self->devices->len; i++)
    gesso_device_close (self->devices->pdata[i]);
}

static void
gesso_devices_finalize (GObject *object)
{
  GessoDevices *self = GESSO_DEVICES (object);

  g_clear_handle_id (&self->idle, g_source_remove);
  g_ptr_array_unref (self->devices);
  g_object_unref (self->server);
  g_clear_pointer (&self->choices, g_variant_unref);
  g_strfreev (self->folders);

  G_OBJECT_CLASS (gesso_devices_parent_class)->finalize (object);
}

static void
gesso_devices_class_init (GessoDevicesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gesso_devices_finalize;

  free_signal = g_signal_new ("free", GESSO_TYPE_DEVICES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 0);
}

static void
gesso_devices_init (GessoDevices *self)
{
  self->devices = g_ptr_array_new_with_free_func (g_object_unref);
  self->server = gesso_device_new (GESSO_DEVICE_SERVER);
  gesso_devices_add (self, gesso_device_new (GESSO_DEVICE_FIRST));
  g_object_unref (gesso_devices_get_first (self));
}

GessoDevices *
gesso_devices_new (void)
{
  return g_object_new (GESSO_TYPE_DEVICES, NULL);
}
