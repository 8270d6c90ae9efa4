/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gesso among the other programs of a desktop: started by its name on the bus, one instance of many
 * windows, files from the file manager, the suspend that it holds back, and its notifications.
 *
 * Started by with-display.sh. The session manager and the notification server are this program.
 */
#include <gio/gio.h>
#include <glib/gstdio.h>

#define APP_ID "io.github.gesso_paint.Gesso"
#define APP_PATH "/io/github/gesso_paint/Gesso"
#define LIMIT_SECONDS 240
#define INHIBIT_SUSPEND 4
#define COOKIE 77

typedef GActionGroup Window;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Window, g_object_unref)

typedef struct
{
  GDBusConnection *bus;
  guint            n_inhibited, n_uninhibited; /* calls so far */
  guint            flags;                      /* of the last one */
  char            *reason;
  char            *notification;               /* title of the last one */
} Fixture;

static Fixture desktop;

/* ---- The desktop ---------------------------------------------------------------------------- */

static const char interfaces[] =
    "<node>"
    " <interface name='org.gnome.SessionManager'>"
    "  <method name='Inhibit'>"
    "   <arg type='s'/><arg type='u'/><arg type='s'/><arg type='u'/><arg type='u' direction='out'/>"
    "  </method>"
    "  <method name='Uninhibit'><arg type='u'/></method>"
    "  <method name='RegisterClient'>"
    "   <arg type='s'/><arg type='s'/><arg type='o' direction='out'/>"
    "  </method>"
    " </interface>"
    " <interface name='org.gtk.Notifications'>"
    "  <method name='AddNotification'><arg type='s'/><arg type='s'/><arg type='a{sv}'/></method>"
    "  <method name='RemoveNotification'><arg type='s'/><arg type='s'/></method>"
    " </interface>"
    "</node>";

static void
on_call (GDBusConnection       *bus,
         const char            *sender,
         const char            *path,
         const char            *interface,
         const char            *method,
         GVariant              *parameters,
         GDBusMethodInvocation *invocation,
         gpointer               data)
{
  GVariant *reply = NULL;

  if (g_str_equal (method, "Inhibit"))
    {
      desktop.n_inhibited++;
      g_clear_pointer (&desktop.reason, g_free);
      g_variant_get (parameters, "(susu)", NULL, NULL, &desktop.reason, &desktop.flags);
      reply = g_variant_new ("(u)", COOKIE);
    }
  else if (g_str_equal (method, "Uninhibit"))
    {
      guint cookie;

      g_variant_get (parameters, "(u)", &cookie);
      g_assert_cmpuint (cookie, ==, COOKIE);
      desktop.n_uninhibited++;
    }
  else if (g_str_equal (method, "RegisterClient"))
    reply = g_variant_new ("(o)", "/org/gnome/SessionManager/Client1");
  else if (g_str_equal (method, "AddNotification"))
    {
      g_autoptr (GVariant) notification = g_variant_get_child_value (parameters, 2);

      g_clear_pointer (&desktop.notification, g_free);
      g_variant_lookup (notification, "title", "s", &desktop.notification);
    }

  g_dbus_method_invocation_return_value (invocation, reply);
}

static void
own (GDBusNodeInfo *node, const char *name, const char *path)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_call };
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  g_dbus_connection_register_object (desktop.bus, path,
                                     g_dbus_node_info_lookup_interface (node, name), &vtable, NULL,
                                     NULL, &error);
  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (desktop.bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName",
                                       g_variant_new ("(su)", name, 0), G_VARIANT_TYPE ("(u)"),
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

static void
write_file (const char *base, const char *folder_name, const char *name, const char *text)
{
  g_autofree char *folder = g_build_filename (base, folder_name, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* The service as it is installed, but for the program of the build folder, and settings with which a
 * picture takes a moment. */
static void
install (void)
{
  g_autofree char *service = g_strdup_printf (
      "[D-BUS Service]\nName=" APP_ID
      "\nExec=/usr/bin/env GSETTINGS_BACKEND=keyfile %s --gapplication-service\n",
      g_getenv ("GESSO_APP"));
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  write_file (g_get_user_data_dir (), "dbus-1/services", APP_ID ".service", service);
  write_file (g_get_user_config_dir (), "glib-2.0/settings", "keyfile",
              "[io/github/gesso_paint/Gesso]\n"
              "width=uint32 64\nheight=uint32 64\nsteps=uint32 8\n");
  reply = g_dbus_connection_call_sync (desktop.bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "ReloadConfig", NULL, NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

/* ---- Help ----------------------------------------------------------------------------------- */

static gboolean
on_time (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
wait_a_little (void)
{
  gboolean over = FALSE;

  g_timeout_add (30, on_time, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

/* Waits until the expression holds. */
#define WAIT(expression) \
  G_STMT_START \
  { \
    gint64 end = g_get_monotonic_time () + LIMIT_SECONDS * G_USEC_PER_SEC; \
    while (!(expression)) \
      { \
        if (g_get_monotonic_time () > end) \
          g_error ("%s did not come true within %d seconds", #expression, LIMIT_SECONDS); \
        wait_a_little (); \
      } \
  } \
  G_STMT_END

/* A method of org.freedesktop.Application, which starts the program where it does not run. */
static void
call_application (const char *method, GVariant *parameters)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  reply = g_dbus_connection_call_sync (desktop.bus, APP_ID, APP_PATH,
                                       "org.freedesktop.Application", method, parameters, NULL,
                                       G_DBUS_CALL_FLAGS_NONE, 60000, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (reply);
}

/* The actions of the nth window, from 1, or NULL. */
static Window *
find_window (guint n)
{
  g_autofree char *path = g_strdup_printf (APP_PATH "/window/%u", n);
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      desktop.bus, APP_ID, path, "org.gtk.Actions", "List", NULL, NULL,
      G_DBUS_CALL_FLAGS_NO_AUTO_START, 10000, NULL, NULL);
  Window *window;

  if (reply == NULL)
    return NULL;

  window = G_ACTION_GROUP (g_dbus_action_group_get (desktop.bus, APP_ID, path));
  g_strfreev (g_action_group_list_actions (window)); /* fetches them */
  WAIT (g_action_group_has_action (window, "generate"));

  return window;
}

static Window *
wait_window (guint n)
{
  Window *window = NULL;

  WAIT ((window = find_window (n)));
  return window;
}

/* Whether the desktop's list of files names this one, as a PNG picture. */
static gboolean
is_recent (const char *uri)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "recently-used.xbel", NULL);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && strstr (text, uri) &&
         strstr (text, "image/png");
}

static char *
run (const char *option)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                                      g_getenv ("GESSO_APP"), option, NULL);
  char *text = NULL;

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &text, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (process));

  return text;
}

/* ---- The tests ------------------------------------------------------------------------------ */

static void
test_words (void)
{
  static const char *const words[] = {
    "gesso [OPTION", "[FILE", "--new-window", "--version", "GESSO_DEVICE", "GESSO_MEMORY_LIMIT",
    "GESSO_STARTER", "gesso-cli --help",
  };
  g_autofree char *help = run ("--help");
  g_autofree char *version = run ("--version");

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (help, words[i]) == NULL)
      g_error ("--help does not say “%s”:\n%s", words[i], help);
  g_assert_true (g_str_has_prefix (version, "Gesso "));
}

/* As a click on "New Window" in the dock does it, with no Gesso running. */
static void
test_starts_by_name (void)
{
  g_autoptr (Window) window = NULL;

  call_application ("ActivateAction", g_variant_new ("(sava{sv})", "new-window", NULL, NULL));
  window = wait_window (1);
  g_assert_null (find_window (2));
}

static void
test_single_instance (void)
{
  g_autofree char *nothing = NULL;
  g_autofree char *nothing_again = NULL;
  g_autoptr (Window) window = NULL;

  nothing = run (NULL);
  call_application ("Activate", g_variant_new ("(a{sv})", NULL));
  g_assert_null (find_window (2));
  nothing_again = run ("--new-window");
  window = wait_window (2);
}

/* As the file manager opens a picture; it is then among the recent ones. */
static void
test_open (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "plain.png", NULL);
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  const char *const uris[] = { uri, NULL };
  g_autoptr (Window) window = wait_window (2);

  g_assert_false (g_action_group_get_action_enabled (window, "remove-start"));
  call_application ("Open", g_variant_new ("(^asa{sv})", uris, NULL));
  WAIT (g_action_group_get_action_enabled (window, "remove-start"));
  WAIT (is_recent (uri));
  g_assert_null (find_window (3));

  g_action_group_activate_action (window, "clear-recent", NULL);
  WAIT (!is_recent (uri));
}

/* The machine stays awake while a picture is made, and only then. */
static void
test_inhibit (void)
{
  g_autoptr (Window) window = wait_window (1);

  g_assert_cmpuint (desktop.n_inhibited, ==, 0);
  g_action_group_activate_action (window, "generate", NULL);
  WAIT (desktop.n_inhibited == 1);
  g_assert_cmpuint (desktop.flags, ==, INHIBIT_SUSPEND);
  g_assert_cmpstr (desktop.reason, ==, "A picture is being made");
  g_assert_cmpuint (desktop.n_uninhibited, ==, 0);

  g_action_group_activate_action (window, "cancel", NULL);
  WAIT (desktop.n_uninhibited == 1);
  WAIT (g_action_group_get_action_enabled (window, "generate"));
  g_assert_cmpuint (desktop.n_inhibited, ==, 1);
}

/* At most one of two windows has the focus, so at least one of two pictures is finished unseen. The
 * cancelled one said nothing. */
static void
test_notification (void)
{
  g_assert_null (desktop.notification);
  for (guint n = 1; n <= 2; n++)
    {
      g_autoptr (Window) window = wait_window (n);

      g_action_group_activate_action (window, "generate", NULL);
      WAIT (desktop.n_uninhibited == 1 + n);
      WAIT (g_action_group_get_action_enabled (window, "generate"));
    }
  WAIT (desktop.notification != NULL);
  g_assert_cmpstr (desktop.notification, ==, "Your picture is finished");
}

int
main (int argc, char **argv)
{
  g_autoptr (GDBusNodeInfo) node = NULL;
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  desktop.bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  g_assert_no_error (error);
  node = g_dbus_node_info_new_for_xml (interfaces, &error);
  g_assert_no_error (error);
  own (node, "org.gnome.SessionManager", "/org/gnome/SessionManager");
  own (node, "org.gtk.Notifications", "/org/gtk/Notifications");
  install ();

  g_test_add_func ("/app/desktop/words", test_words);
  g_test_add_func ("/app/desktop/starts-by-name", test_starts_by_name);
  g_test_add_func ("/app/desktop/single-instance", test_single_instance);
  g_test_add_func ("/app/desktop/open", test_open);
  g_test_add_func ("/app/desktop/inhibit", test_inhibit);
  g_test_add_func ("/app/desktop/notification", test_notification);

  return g_test_run ();
}
