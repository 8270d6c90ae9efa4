/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Saving, opening, and coming back: a painting is saved as .ora, the program is killed, idle and in
 * mid generation, and left in order; the next start saves the same file to the byte.
 *
 * Started by with-display.sh, as window.c is.
 */
#include "accessible.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#define APP_ID "io.github.gesso_paint.Gesso"
#define APP_PATH "/io/github/gesso_paint/Gesso"
#define PROMPT "a boat on a lake"
#define GENERATE_SECONDS 200 /* shaders may have to be compiled first */
#define SYNC_US 700000 /* settings are in the journal that long after the last key */

typedef struct
{
  GSubprocess *process;
  Accessible  *root;
  char        *folder;
} Fixture;

static Fixture app;

/* ---- Help ----------------------------------------------------------------------------------- */

/* Activates an action of the window of that number; 0: of the program. */
static void
activate (guint window, const char *action, const char *parameter)
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

static void
start (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Accessible) prompt = NULL;

  app.process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, g_getenv ("GESSO_APP"), NULL);
  g_assert_no_error (error);
  app.root = accessible_wait_program ("gesso");
  prompt = accessible_wait (app.root, "Prompt");
}

/* The next one is not to be taken for this one. */
static void
forget_process (void)
{
  g_clear_object (&app.root);
  g_clear_object (&app.process);
  for (guint i = 0; i < 10; i++)
    {
      g_usleep (50000);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
}

static void
kill_it (void)
{
  g_subprocess_force_exit (app.process);
  g_subprocess_wait (app.process, NULL, NULL);
  forget_process ();
}

static void
quit (void)
{
  g_autoptr (GError) error = NULL;

  activate (0, "quit", NULL);
  g_subprocess_wait_check (app.process, NULL, &error);
  g_assert_no_error (error);
  forget_process ();
}

static GBytes *
save (guint window, const char *name)
{
  g_autofree char *path = g_build_filename (app.folder, name, NULL);

  g_unlink (path);
  activate (window, "save-to", path);
  for (guint i = 0; i < 200; i++)
    {
      char *contents;
      gsize n_bytes;

      /* Renamed when it is whole. */
      if (g_file_get_contents (path, &contents, &n_bytes, NULL) && n_bytes)
        return g_bytes_new_take (contents, n_bytes);
      g_usleep (50000);
    }
  g_error ("%s was not written within 10 seconds", path);
}

static void
assert_saves (guint window, GBytes *expected)
{
  g_autoptr (GBytes) found = save (window, "found.ora");

  g_assert_cmpmem (g_bytes_get_data (found, NULL), g_bytes_get_size (found),
                   g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
}

static void
assert_prompt (const char *expected)
{
  g_autoptr (Accessible) prompt = accessible_wait (app.root, "Prompt");
  g_autofree char *text = accessible_dup_text (prompt);

  g_assert_cmpstr (text, ==, expected);
}

/* Over the canvas, with a real pointer. */
static void
paint_stroke (void)
{
  atspi_generate_mouse_event (300, 300, "abs", NULL);
  atspi_generate_mouse_event (300, 300, "b1p", NULL);
  for (int x = 300; x <= 420; x += 20)
    {
      atspi_generate_mouse_event (x, 300 + x % 3 * 10, "abs", NULL);
      g_usleep (20000);
    }
  atspi_generate_mouse_event (420, 300, "b1r", NULL);
  g_usleep (SYNC_US);
}

static void
set_up_settings (void)
{
  g_autoptr (Accessible) prompt = accessible_wait (app.root, "Prompt");
  g_autoptr (Accessible) seed = accessible_wait (app.root, "Seed");
  g_autoptr (Accessible) steps = accessible_wait (app.root, "Steps");

  accessible_set_text (prompt, PROMPT);
  accessible_set_text (seed, "77");
  accessible_set_value (steps, 1000);
  g_usleep (SYNC_US);
}

/* ---- The tests ------------------------------------------------------------------------------ */

/* Painted strokes are there after a kill, those before and after the last time it was saved. */
static void
test_kill_idle (void)
{
  g_autoptr (GBytes) white = NULL;
  g_autoptr (GBytes) painted = NULL;

  start ();
  activate (1, "new-canvas", NULL);
  set_up_settings ();
  white = save (1, "white.ora");
  kill_it ();

  start ();
  assert_prompt (PROMPT);
  assert_saves (1, white);
  paint_stroke ();
  painted = save (1, "painted.ora");
  g_assert_false (g_bytes_equal (white, painted));
  kill_it ();

  start ();
  assert_saves (1, painted);
  paint_stroke ();
  kill_it ();

  start ();
  g_bytes_unref (painted);
  painted = save (1, "picture.ora");
  g_assert_false (g_bytes_equal (white, painted));
}

/* A picture that was made is a candidate of the next start too. */
static void
test_kill_generated (void)
{
  g_autoptr (Accessible) generate = accessible_wait (app.root, "Generate");
  g_autoptr (Accessible) steps = accessible_wait (app.root, "Steps");
  g_autoptr (GBytes) before = save (1, "before.ora");
  g_autoptr (GBytes) after = NULL;

  accessible_set_value (steps, 2);
  accessible_press (generate);
  for (guint i = 0; i < GENERATE_SECONDS; i++)
    {
      g_usleep (G_USEC_PER_SEC);
      g_clear_pointer (&after, g_bytes_unref);
      after = save (1, "after.ora");
      /* That much larger, not for other settings alone. */
      if (g_bytes_get_size (after) > g_bytes_get_size (before) + 3000)
        break;
    }
  g_assert_cmpuint (g_bytes_get_size (after), >, g_bytes_get_size (before) + 3000);
  kill_it ();

  start ();
  assert_saves (1, after);
}

/* What is being made is lost, and nothing else. */
static void
test_kill_generating (void)
{
  g_autoptr (Accessible) steps = accessible_wait (app.root, "Steps");
  g_autoptr (Accessible) generate = accessible_wait (app.root, "Generate");
  g_autoptr (Accessible) cancel = NULL;
  g_autoptr (GBytes) before = NULL;

  accessible_set_value (steps, 1000);
  g_usleep (SYNC_US);
  before = save (1, "picture.ora");
  accessible_press (generate);
  cancel = accessible_wait (app.root, "Cancel");
  accessible_wait_sensitive (cancel, 10);
  g_usleep (SYNC_US);
  kill_it ();

  start ();
  assert_prompt (PROMPT);
  assert_saves (1, before);
}

/* Left in order with changes that no file holds, nothing is asked and nothing is lost. */
static void
test_quit (void)
{
  g_autoptr (GBytes) before = NULL;

  paint_stroke ();
  quit ();
  start ();
  before = save (1, "picture.ora");
  quit ();
  start ();
  assert_prompt (PROMPT);
  assert_saves (1, before);
}

/* A file opens beside what is there; both come back. */
static void
test_two_windows (void)
{
  g_autofree char *path = g_build_filename (app.folder, "white.ora", NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GBytes) one = save (1, "picture.ora");
  g_autoptr (GBytes) two = NULL;
  gsize n_bytes;

  g_assert_true (g_file_get_contents (path, &contents, &n_bytes, NULL));
  two = g_bytes_new (contents, n_bytes);
  g_assert_false (g_bytes_equal (one, two));
  activate (1, "open-path", path);
  g_usleep (3000000);
  assert_saves (2, two);
  assert_saves (1, one);
  kill_it ();

  start ();
  g_usleep (1000000);
  {
    g_autoptr (GBytes) first = save (1, "first.ora");
    g_autoptr (GBytes) second = save (2, "second.ora");

    /* The one that was changed last is in front, and was opened last. */
    g_assert_true ((g_bytes_equal (first, one) && g_bytes_equal (second, two)) ||
                   (g_bytes_equal (first, two) && g_bytes_equal (second, one)));
  }
}

/* A damaged file is one sentence; what was there is there. */
static void
test_bad_file (void)
{
  g_autofree char *path = g_build_filename (app.folder, "bad.ora", NULL);
  g_autoptr (GBytes) before = save (1, "first.ora");
  g_autoptr (Accessible) dismiss = NULL;

  g_assert_true (g_file_set_contents (path, "PK\x03\x04 and no more", -1, NULL));
  activate (1, "open-path", path);
  dismiss = accessible_wait (app.root, "Dismiss");
  assert_saves (1, before);
}

/* Every kind of file that the flattened picture goes into begins as it should. */
static void
test_export (void)
{
  g_autoptr (GBytes) png = save (1, "flat.png");
  g_autoptr (GBytes) jpeg = save (1, "flat.jpg");

  g_assert_cmpmem (g_bytes_get_data (png, NULL), 8, "\x89PNG\r\n\x1a\n", 8);
  g_assert_cmpmem (g_bytes_get_data (jpeg, NULL), 3, "\xff\xd8\xff", 3);
  quit ();
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  atspi_init ();
  app.folder = g_dir_make_tmp ("gesso-test-XXXXXX", NULL);

  g_test_add_func ("/app/restart/kill-idle", test_kill_idle);
  g_test_add_func ("/app/restart/kill-generated", test_kill_generated);
  g_test_add_func ("/app/restart/kill-generating", test_kill_generating);
  g_test_add_func ("/app/restart/quit", test_quit);
  g_test_add_func ("/app/restart/two-windows", test_two_windows);
  g_test_add_func ("/app/restart/bad-file", test_bad_file);
  g_test_add_func ("/app/restart/export", test_export);
  status = g_test_run ();

  if (app.process)
    kill_it ();
  atspi_exit ();
  return status;
}
