/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The window, used as a person with a screen reader would use it: type a prompt, press Generate, save,
 * and find the file byte for byte what gesso-cli makes of the same settings.
 *
 * Started by with-display.sh, which brings the display and the session bus. GESSO_APP and GESSO_CLI
 * are the two programs.
 */
#include "program.h"

#define GENERATE_SECONDS 240
#define STEPS 4
#define SEED "1234"
#define PROMPT "a red house under a yellow sun"
#define NEGATIVE_PROMPT "snow"
#define START_FRAME "0,0,320,200" /* all of plain.png */

/* X11's keysyms, and the code of the key Control on every PC keyboard. */
#define KEY_UP 0xff52
#define KEY_DOWN 0xff54
#define KEY_RETURN 0xff0d
#define KEY_ESCAPE 0xff1b
#define CONTROL_CODE 37

static struct
{
  char *folder; /* of the files made here */
  char *saved;  /* the picture of test_generate() */
} app;

/* ---- Help ----------------------------------------------------------------------------------- */

/* Presses Generate and waits for what comes in its place, which GTK 4.8 shows, insensitive, all the
 * time. */
static Accessible *
start_generating (void)
{
  Accessible *cancel;

  program_press ("Generate");
  cancel = accessible_wait (program_get_root (), "Cancel");
  accessible_wait_sensitive (cancel);

  return cancel;
}

/* How many pictures the history holds. */
static guint
count_pictures (void)
{
  g_autofree char *folder = g_build_filename (g_get_home_dir (), "Gesso", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    n += g_str_has_suffix (name, ".png") && *name != '.';

  return n;
}

/* Presses Generate and waits for one more. A small picture may be made before a search for Cancel
 * has come through the whole window. */
static void
generate_one (void)
{
  guint n = count_pictures ();

  program_press ("Generate");
  for (guint i = 0; i < GENERATE_SECONDS * 20 && count_pictures () <= n; i++)
    g_usleep (50000);
  g_assert_cmpuint (count_pictures (), ==, n + 1);
}

static guint
get_value (const char *name)
{
  g_autoptr (Accessible) control = accessible_wait (program_get_root (), name);

  return (guint) accessible_get_value (control);
}

/* ---- The tests ------------------------------------------------------------------------------ */

/* What a screen reader says of each control; other programs rely on these names. */
static void
test_names (void)
{
  static const char *const names[] = {
    "Prompt", "Negative prompt", "Model", "Width", "Height", "Steps", "Guidance scale",
    "Sampler", "Schedule", "Seed", "Generate", "Save", "Canvas", "Undo", "Redo", "Layers",
    "New layer", "Prompt history", "Fast", "Balanced", "Fine",
  };
  g_autoptr (Accessible) cancel = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (Accessible) control = accessible_wait (program_get_root (), names[i]);

      g_assert_nonnull (control);
    }
  g_assert_null (accessible_find (program_get_root (), "Denoising strength"));
  cancel = accessible_find (program_get_root (), "Cancel");
  g_assert_true (cancel == NULL || !accessible_is_sensitive (cancel));
}

static void
wait_value (const char *name, guint expected)
{
  for (guint i = 0; i < ACCESSIBLE_LIMIT_SECONDS * 20 && get_value (name) != expected; i++)
    g_usleep (50000);
  g_assert_cmpuint (get_value (name), ==, expected);
}

/* A preset sets the steps, which say 20 at the start. */
static void
test_presets (void)
{
  g_assert_cmpuint (get_value ("Steps"), ==, 20);
  program_press ("Fast");
  wait_value ("Steps", 10);
  program_press ("Fine");
  wait_value ("Steps", 40);
  program_press ("Balanced");
  wait_value ("Steps", 20);
}

/* ---- Keys ----------------------------------------------------------------------------------- */

static void
send_key (long key, AtspiKeySynthType type)
{
  g_autoptr (GError) error = NULL;

  atspi_generate_keyboard_event (key, NULL, type, &error);
  g_assert_no_error (error);
}

static void
press_with_control (long key)
{
  send_key (CONTROL_CODE, ATSPI_KEY_PRESS);
  send_key (key, ATSPI_KEY_SYM);
  send_key (CONTROL_CODE, ATSPI_KEY_RELEASE);
}

/* Ctrl+Up and Ctrl+Down on the word at the cursor, with keys as a keyboard sends them. */
static void
test_weight_keys (void)
{
  g_autoptr (Accessible) prompt = accessible_wait (program_get_root (), "Prompt");

  /* Without a window manager the keys go where the pointer is. */
  atspi_generate_mouse_event (300, 300, "abs", NULL);
  accessible_set_text (prompt, "a boat");
  press_with_control (KEY_UP);
  accessible_wait_text (prompt, "a (boat:1.05)");
  press_with_control (KEY_UP);
  accessible_wait_text (prompt, "a (boat:1.1)");
  press_with_control (KEY_DOWN);
  press_with_control (KEY_DOWN);
  accessible_wait_text (prompt, "a boat");
}

/* Runs gesso-cli with the window's settings; init: a start picture, whose frame it fills, or NULL. */
static void
generate_by_cli (const char *path, const char *init)
{
  g_autofree char *width = g_strdup_printf ("%u", get_value ("Width"));
  g_autofree char *height = g_strdup_printf ("%u", get_value ("Height"));
  g_autofree char *steps = g_strdup_printf ("%d", STEPS);
  const char *const common[] = {
    g_getenv ("GESSO_CLI"), "generate", "-p", PROMPT, "-n", NEGATIVE_PROMPT, "--steps", steps,
    "--cfg", "7", "--sampler", "euler-a", "--schedule", "normal", "--seed", SEED, "--rng", "cpu",
    "-o", path,
  };
  const char *const alone[] = { "-W", width, "-H", height };
  const char *const started[] = { "--init", init, "--strength", "0.75", "--frame", START_FRAME,
                                  "--native" };
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) cli = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (common); i++)
    g_ptr_array_add (arguments, (gpointer) common[i]);
  for (guint i = 0; init == NULL && i < G_N_ELEMENTS (alone); i++)
    g_ptr_array_add (arguments, (gpointer) alone[i]);
  for (guint i = 0; init && i < G_N_ELEMENTS (started); i++)
    g_ptr_array_add (arguments, (gpointer) started[i]);
  g_ptr_array_add (arguments, NULL);
  cli = g_subprocess_newv ((const char *const *) arguments->pdata,
                           G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (cli, NULL, &error));
  g_assert_no_error (error);
}

/* Saves the picture in the window and compares it with what gesso-cli makes. */
static void
assert_as_by_cli (const char *saved, const char *init)
{
  g_autofree char *expected_path = g_strconcat (saved, ".cli.png", NULL);
  g_autoptr (GBytes) bytes = program_save (1, saved);
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;
  gsize n_expected;

  generate_by_cli (expected_path, init);
  g_file_get_contents (expected_path, &expected, &n_expected, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected, n_expected);
}

static void
test_generate (void)
{
  g_autoptr (Accessible) save = accessible_wait (program_get_root (), "Save");
  g_autoptr (Accessible) steps = accessible_wait (program_get_root (), "Steps");

  g_assert_false (accessible_is_sensitive (save));
  program_set_text ("Prompt", PROMPT);
  program_set_text ("Negative prompt", NEGATIVE_PROMPT);
  program_set_text ("Seed", SEED);
  accessible_set_value (steps, STEPS);
  generate_one ();
  g_assert_true (accessible_is_sensitive (save));
  assert_as_by_cli (app.saved, NULL);
}

/* Cancel comes up while a picture is made. Ctrl+Enter meanwhile orders another, which begins then, and
 * does nothing to the text; with that cancelled too the window is ready for the next one. */
static void
test_cancel (void)
{
  g_autoptr (Accessible) steps = accessible_wait (program_get_root (), "Steps");
  g_autoptr (Accessible) generate = accessible_wait (program_get_root (), "Generate");
  g_autoptr (Accessible) prompt = accessible_wait (program_get_root (), "Prompt");
  g_autoptr (Accessible) cancel = NULL;
  g_autofree char *text = NULL;

  accessible_set_value (steps, 1000);
  cancel = start_generating ();
  g_assert_false (accessible_is_sensitive (generate));
  press_with_control (KEY_RETURN);
  g_usleep (G_USEC_PER_SEC / 2); /* the key is not answered */
  accessible_press (cancel);
  for (guint i = 0; i < 40 && !accessible_is_sensitive (generate); i++)
    {
      g_usleep (250000);
      if (accessible_is_sensitive (cancel))
        accessible_press (cancel);
    }
  g_assert_true (accessible_is_sensitive (generate));
  g_assert_false (accessible_is_sensitive (cancel));
  text = accessible_dup_text (prompt);
  g_assert_cmpstr (text, ==, PROMPT);
}

/* A picture that Gesso saved brings its settings back. */
static void
test_restore (void)
{
  g_autoptr (Accessible) prompt = accessible_wait (program_get_root (), "Prompt");

  program_set_text ("Prompt", "something else");
  program_set_text ("Seed", "99");
  program_activate (1, "open-path", app.saved);
  accessible_wait_text (prompt, PROMPT);
  g_assert_cmpuint (get_value ("Steps"), ==, STEPS);
}

/* A picture from elsewhere is started from, with the settings that test_restore() brought back. */
static void
test_start_picture (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "plain.png", NULL);
  g_autofree char *saved = g_build_filename (app.folder, "started.png", NULL);
  g_autoptr (Accessible) strength = NULL;

  program_activate (1, "open-path", path);
  strength = accessible_wait (program_get_root (), "Denoising strength");
  g_assert_cmpfloat_with_epsilon (accessible_get_value (strength), 0.75, 1e-6);

  generate_one ();
  assert_as_by_cli (saved, path);
}

/* Paints a dot on the canvas and waits for what live painting makes of it. */
static void
paint_live (void)
{
  atspi_generate_mouse_event (300, 300, "b1c", NULL);
  for (guint i = 0; i < GENERATE_SECONDS * 10; i++)
    {
      g_autoptr (Accessible) accept = accessible_find (program_get_root (), "Accept the live picture");

      if (accept && accessible_is_sensitive (accept))
        return;
      g_usleep (100000);
    }

  g_error ("No live picture came within %d seconds", GENERATE_SECONDS);
}

static void
wait_live_gone (void)
{
  for (guint i = 0; i < ACCESSIBLE_LIMIT_SECONDS * 20; i++)
    {
      g_autoptr (Accessible) accept = accessible_find (program_get_root (), "Accept the live picture");

      if (accept == NULL || !accessible_is_sensitive (accept))
        return;
      g_usleep (50000);
    }

  g_error ("The live picture is still there");
}

/* With the mouse and the keys: Enter accepts the live picture, which goes to the history then, and
 * Escape dismisses it. */
static void
test_live (void)
{
  g_autoptr (Accessible) busy = NULL;
  guint n = count_pictures ();

  program_activate (1, "new-canvas", NULL); /* if there is no painting yet */
  program_press ("Live painting");
  busy = accessible_wait (program_get_root (), "A live picture is being made"); /* it is on only now */
  paint_live ();
  g_assert_cmpuint (count_pictures (), ==, n);
  send_key (KEY_RETURN, ATSPI_KEY_SYM);
  for (guint i = 0; i < ACCESSIBLE_LIMIT_SECONDS * 20 && count_pictures () == n; i++)
    g_usleep (50000);
  g_assert_cmpuint (count_pictures (), ==, n + 1);
  wait_live_gone ();

  paint_live ();
  send_key (KEY_ESCAPE, ATSPI_KEY_SYM);
  wait_live_gone ();
  g_assert_cmpuint (count_pictures (), ==, n + 1);
  program_press ("Live painting");
}

/* A file that is nothing Gesso knows ends in words, not in a dead window. */
static void
test_bad_file (void)
{
  g_autofree char *path = g_build_filename (app.folder, "bad.png", NULL);
  g_autoptr (Accessible) dismiss = NULL;
  g_autoptr (Accessible) generate = NULL;

  g_assert_true (g_file_set_contents (path, "\x89PNG\r\n\x1a\n and no more", -1, NULL));
  program_activate (1, "open-path", path);
  dismiss = accessible_wait (program_get_root (), "Dismiss");
  generate = accessible_wait (program_get_root (), "Generate");
  g_assert_true (accessible_is_sensitive (generate));
}

/* With every picture saved and one being made, it leaves at once and without complaints. */
static void
test_quit (void)
{
  g_autoptr (Accessible) steps = accessible_wait (program_get_root (), "Steps");
  g_autoptr (Accessible) cancel = NULL;

  accessible_set_value (steps, 200); /* for the picture not to be made before */
  cancel = start_generating ();
  program_quit ();
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  /* libatspi warns when it meets a program before that has put itself in order. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  atspi_init ();
  app.folder = g_dir_make_tmp ("gesso-test-XXXXXX", NULL);
  app.saved = g_build_filename (app.folder, "app.png", NULL);
  program_start (NULL);

  g_test_add_func ("/app/window/names", test_names);
  g_test_add_func ("/app/window/presets", test_presets);
  g_test_add_func ("/app/window/weight-keys", test_weight_keys);
  g_test_add_func ("/app/window/generate", test_generate);
  g_test_add_func ("/app/window/cancel", test_cancel);
  g_test_add_func ("/app/window/restore", test_restore);
  g_test_add_func ("/app/window/start-picture", test_start_picture);
  g_test_add_func ("/app/window/live", test_live);
  g_test_add_func ("/app/window/bad-file", test_bad_file);
  g_test_add_func ("/app/window/quit", test_quit);
  status = g_test_run ();

  program_kill ();
  atspi_exit ();
  return status;
}
