/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The methods of the Desktop Notifications Specification 1.2 that GIO calls. */
#include "notifications.h"

#include <gio/gio.h>

static const char description[] =
    "<node><interface name='org.freedesktop.Notifications'>"
    "<method name='GetCapabilities'><arg type='as' direction='out'/></method>"
    "<method name='CloseNotification'><arg type='u' direction='in'/></method>"
    "<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='as' direction='in'/><arg type='a{sv}' direction='in'/><arg type='i' direction='in'/>"
    "<arg type='u' direction='out'/></method>"
    "</interface></node>";

static void
answer (GDBusConnection       *connection,
        const char            *sender,
        const char            *path,
        const char            *interface,
        const char            *method,
        GVariant              *parameters,
        GDBusMethodInvocation *call,
        gpointer               data)
{
  static const char *const capabilities[] = { "actions", "body", NULL };
  static guint last_id;

  if (g_str_equal (method, "Notify"))
    g_dbus_method_invocation_return_value (call, g_variant_new ("(u)", ++last_id));
  else if (g_str_equal (method, "GetCapabilities"))
    g_dbus_method_invocation_return_value (call, g_variant_new ("(^as)", capabilities));
  else
    g_dbus_method_invocation_return_value (call, NULL);
}

static gpointer
serve (gpointer data)
{
  static const GDBusInterfaceVTable methods = { .method_call = answer };
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (description, NULL);
  g_autoptr (GDBusConnection) bus = NULL;

  g_main_context_push_thread_default (context);
  bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_assert_nonnull (bus);
  g_assert_cmpuint (g_dbus_connection_register_object (bus, "/org/freedesktop/Notifications",
                                                       node->interfaces[0], &methods, NULL, NULL,
                                                       NULL), >, 0);
  g_bus_own_name_on_connection (bus, "org.freedesktop.Notifications", G_BUS_NAME_OWNER_FLAGS_NONE,
                                NULL, NULL, NULL, NULL);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (context);

  return NULL;
}

void
notifications_serve (void)
{
  static gboolean served;

  if (!served)
    g_thread_unref (g_thread_new ("notifications", serve, NULL));
  served = TRUE;
}
