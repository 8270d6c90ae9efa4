/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The process, and what is asked of it over the session bus. */
#include "program.h"

#include "notifications.h"

#include <glib/gstdio.h>

#define APP_ID "io.github.gesso_paint.Gesso"
#define APP_PATH "/io/github/gesso_paint/Gesso"

static GSubprocess *process;
static Accessible *root;

void
program_start (const char *file)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GError) error = NULL;
  g_autoptr (Accessible) prompt = NULL;

  g_assert_null (process);
  notifications_serve ();
  /* Ours may be warned by libatspi, the program has no such excuse. */
  g_subprocess_launcher_setenv (launcher, "G_DEBUG", "fatal-warnings", TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("GESSO_APP"), file, NULL);
  g_assert_no_error (error);
  root = accessible_wait_program ("gesso");
  prompt = accessible_wait (root, "Prompt");
}

Accessible *
program_get_root (void)
{
  return root;
}

GPid
program_get_pid (void)
{
  const char *identifier = process ? g_subprocess_get_identifier (process) : NULL;

  return identifier ? (GPid) g_ascii_strtoll (identifier, NULL, 10) : 0;
}

/* The next one is not to be taken for this one. */
static void
forget (void)
{
  g_clear_object (&root);
  g_clear_object (&process);
  for (guint i = 0; i < 10; i++)
    {
      g_usleep (50000);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
}

void
program_kill (void)
{
  if (process == NULL)
    return;

  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  forget ();
}

static void
on_exited (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_wait_check_finish (process, result, &error);
  g_assert_no_error (error);
  g_main_loop_quit (data);
}

static gboolean
on_limit (gpointer data)
{
  g_error ("The program did not leave within %d seconds", ACCESSIBLE_LIMIT_SECONDS);
  return G_SOURCE_REMOVE;
}

void
program_quit (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  guint limit = g_timeout_add_seconds (ACCESSIBLE_LIMIT_SECONDS, on_limit, NULL);

  program_activate (0, "quit", NULL);
  g_subprocess_wait_check_async (process, NULL, on_exited, loop);
  g_main_loop_run (loop);
  g_source_remove (limit);
  forget ();
}

void
program_wait_window (guint window)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autofree char *path = g_strdup_printf (APP_PATH "/window/%u", window);

  for (guint i = 0; i < ACCESSIBLE_LIMIT_SECONDS * 20; i++)
    {
      g_autoptr (GVariant) actions =
          g_dbus_connection_call_sync (bus, APP_ID, path, "org.gtk.Actions", "List", NULL, NULL,
                                       G_DBUS_CALL_FLAGS_NONE, 10000, NULL, NULL);

      if (actions)
        return;
      g_usleep (50000);
    }
  g_error ("There was no window %u within %d seconds", window, ACCESSIBLE_LIMIT_SECONDS);
}

void
program_activate (guint window, const char *action, const char *parameter)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  g_autofree char *path =
      window ? g_strdup_printf (APP_PATH "/window/%u", window) : g_strdup (APP_PATH);
  g_autoptr (GVariant) reply = NULL;
  GVariantBuilder parameters;

  g_assert_no_error (error);
  g_variant_builder_init (&parameters, G_VARIANT_TYPE ("av"));
  if (parameter)
    g_variant_builder_add (&parameters, "v", g_variant_new_string (parameter));
  reply = g_dbus_connection_call_sync (bus, APP_ID, path, "org.gtk.Actions", "Activate",
                                       g_variant_new ("(sava{sv})", action, &parameters, NULL), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, 10000, NULL, &error);
  g_assert_no_error (error);
}

GBytes *
program_save (guint window, const char *path)
{
  g_unlink (path);
  program_activate (window, "save-to", path);
  for (guint i = 0; i < ACCESSIBLE_LIMIT_SECONDS * 20; i++)
    {
      char *contents;
      gsize n_bytes;

      /* Renamed when it is whole. */
      if (g_file_get_contents (path, &contents, &n_bytes, NULL) && n_bytes)
        return g_bytes_new_take (contents, n_bytes);
      g_usleep (50000);
    }
  g_error ("%s was not written within %d seconds", path, ACCESSIBLE_LIMIT_SECONDS);
}

void
program_press (const char *name)
{
  g_autoptr (Accessible) control = accessible_wait (root, name);

  accessible_press (control);
}

void
program_set_value (const char *name, double value)
{
  g_autoptr (Accessible) control = accessible_wait (root, name);

  accessible_set_value (control, value);
}

void
program_set_text (const char *name, const char *text)
{
  g_autoptr (Accessible) control = accessible_wait (root, name);

  accessible_set_text (control, text);
}
