/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything that can have the keyboard's focus says what it is and what it is called: a walk through
 * the accessibility tree of the window and of every window that it opens.
 */
#include "accessible.h"

#include <string.h>

#include <gio/gio.h>

#define APP_ID "io.github.gesso_paint.Gesso"
#define SETTLE_TRIES 50
#define APP_PATH "/io/github/gesso_paint/Gesso"

static Accessible *root;
/* GTK calls what has no name by its type; so it is with parts of libadwaita's own windows. */
static gboolean ours = TRUE;

static void
activate (const char *path, const char *action)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  g_autoptr (GVariant) reply = NULL;

  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (bus, APP_ID, path, "org.gtk.Actions", "Activate",
                                       g_variant_new ("(sava{sv})", action, NULL, NULL), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, 60000, NULL, &error);
  g_assert_no_error (error);
}

/* A name of its own or, as a row has it, one in a label below; a screen reader reads either. */
static gboolean
has_words (Accessible *accessible, guint depth)
{
  g_autofree char *name = atspi_accessible_get_name (accessible, NULL);
  int n_children = atspi_accessible_get_child_count (accessible, NULL);

  if (name && *g_strstrip (name) && !(ours && g_str_has_prefix (name, "Gtk")))
    return TRUE;
  for (int i = 0; i < n_children && depth > 0; i++)
    {
      g_autoptr (Accessible) child = atspi_accessible_get_child_at_index (accessible, i, NULL);

      if (child && has_words (child, depth - 1))
        return TRUE;
    }

  return FALSE;
}

static gboolean
has_state (Accessible *accessible, AtspiStateType state)
{
  AtspiStateSet *states = atspi_accessible_get_state_set (accessible);
  gboolean has = states && atspi_state_set_contains (states, state);

  g_clear_object (&states);
  return has;
}

/* Roles that say nothing of what a thing does. */
static gboolean
is_vague (AtspiRole role)
{
  return role == ATSPI_ROLE_INVALID || role == ATSPI_ROLE_UNKNOWN || role == ATSPI_ROLE_FILLER ||
         role == ATSPI_ROLE_REDUNDANT_OBJECT;
}

/* Returns the number of controls that can have the focus, and adds those at fault to faults. */
static guint
walk (Accessible *accessible, const char *place, GString *faults)
{
  int n_children = atspi_accessible_get_child_count (accessible, NULL);
  g_autofree char *role_name = atspi_accessible_get_role_name (accessible, NULL);
  AtspiRole role = atspi_accessible_get_role (accessible, NULL);
  g_autofree char *here = g_strconcat (place, " > ", role_name, NULL);
  gboolean focusable = has_state (accessible, ATSPI_STATE_FOCUSABLE);
  guint n_focusable = focusable;

  /* GTK's own list below a drop-down, closed, has no role in GTK 4.8. */
  if (role == ATSPI_ROLE_FILLER && strstr (place, "combo box") != NULL)
    focusable = FALSE;
  if (focusable && role != ATSPI_ROLE_LIST && role != ATSPI_ROLE_SCROLL_PANE)
    {
      if (!has_words (accessible, role == ATSPI_ROLE_LIST_ITEM ? 4 : 1))
        g_string_append_printf (faults, "%s has no name\n", here);
      if (is_vague (role))
        g_string_append_printf (faults, "%s has no role\n", here);
    }
  for (int i = 0; i < n_children; i++)
    {
      g_autoptr (Accessible) child = atspi_accessible_get_child_at_index (accessible, i, NULL);

      if (child && has_state (child, ATSPI_STATE_VISIBLE))
        n_focusable += walk (child, here, faults);
    }

  return n_focusable;
}

/* least: how many controls there are at any rate, so that an empty tree is no success. A window that has
 * just come is still being filled, and one that is walked through then may lack words. */
static void
assert_all_named (guint least)
{
  g_autoptr (GString) faults = g_string_new (NULL);
  guint n_focusable = walk (root, "gesso", faults);

  for (guint i = 0; i < SETTLE_TRIES && (faults->len > 0 || n_focusable < least); i++)
    {
      g_usleep (G_USEC_PER_SEC / 10);
      g_string_truncate (faults, 0);
      n_focusable = walk (root, "gesso", faults);
    }
  g_test_message ("%u controls can have the focus", n_focusable);
  if (faults->len > 0)
    g_error ("Controls without words for a screen reader:\n%s", faults->str);
  g_assert_cmpuint (n_focusable, >=, least);
}

static void
wait_window (const char *name)
{
  g_autoptr (Accessible) control = accessible_wait (root, name);

  g_assert_nonnull (control);
}

static void
test_window (void)
{
  wait_window ("Generate");
  assert_all_named (20);
}

static void
test_preferences (void)
{
  ours = FALSE;
  activate (APP_PATH, "preferences");
  wait_window ("Undo memory");
  assert_all_named (28);
}

static void
test_about (void)
{
  activate (APP_PATH, "about");
  wait_window ("About");
  assert_all_named (32);
}

int
main (int argc, char **argv)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  /* libatspi warns when it meets a program before that has put itself in order. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  atspi_init ();
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_subprocess_launcher_setenv (launcher, "G_DEBUG", "fatal-warnings", TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("GESSO_APP"), NULL);
  g_assert_no_error (error);
  root = accessible_wait_program ("gesso");

  g_test_add_func ("/app/controls/window", test_window);
  g_test_add_func ("/app/controls/preferences", test_preferences);
  g_test_add_func ("/app/controls/about", test_about);
  status = g_test_run ();

  g_subprocess_force_exit (process);
  g_clear_object (&root);
  atspi_exit ();
  return status;
}
