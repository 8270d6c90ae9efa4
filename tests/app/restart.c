/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Saving, opening, and coming back: a painting is saved as .ora, the program is killed, idle, in mid
 * stroke and in mid generation, and left in order; the next start saves the same file to the byte.
 *
 * Started by with-display.sh, as window.c is.
 */
#include "input.h"
#include "program.h"

#define PROMPT "a boat on a lake"
#define GENERATE_SECONDS 200 /* shaders may have to be compiled first */

static char *folder;

/* ---- Help ----------------------------------------------------------------------------------- */

static GBytes *
save (guint window, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return program_save (window, path);
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
  g_autoptr (Accessible) prompt = accessible_wait (program_get_root (), "Prompt");
  g_autofree char *text = accessible_dup_text (prompt);

  g_assert_cmpstr (text, ==, expected);
}

/* Over the canvas, with a real pointer. */
static void
paint_stroke (void)
{
  input_drag (300, 300, 420, 320);
  g_usleep (PROGRAM_SYNC_US);
}

static void
set_up_settings (void)
{
  g_autoptr (Accessible) prompt = accessible_wait (program_get_root (), "Prompt");
  g_autoptr (Accessible) seed = accessible_wait (program_get_root (), "Seed");
  g_autoptr (Accessible) steps = accessible_wait (program_get_root (), "Steps");

  accessible_set_text (prompt, PROMPT);
  accessible_set_text (seed, "77");
  accessible_set_value (steps, 1000);
  g_usleep (PROGRAM_SYNC_US);
}

/* ---- The tests ------------------------------------------------------------------------------ */

/* Painted strokes are there after a kill, those before and after the last time it was saved. */
static void
test_kill_idle (void)
{
  g_autoptr (GBytes) white = NULL;
  g_autoptr (GBytes) painted = NULL;

  program_start (NULL);
  program_activate (1, "new-canvas", NULL);
  set_up_settings ();
  white = save (1, "white.ora");
  program_kill ();

  program_start (NULL);
  assert_prompt (PROMPT);
  assert_saves (1, white);
  paint_stroke ();
  painted = save (1, "painted.ora");
  g_assert_false (g_bytes_equal (white, painted));
  program_kill ();

  program_start (NULL);
  assert_saves (1, painted);
  paint_stroke ();
  program_kill ();

  program_start (NULL);
  g_bytes_unref (painted);
  painted = save (1, "picture.ora");
  g_assert_false (g_bytes_equal (white, painted));
}

/* With the button held. */
static void
begin_stroke (void)
{
  input_move (260, 340);
  input_press (260, 340);
  for (int x = 260; x < 400; x += 20)
    {
      input_move (x, 340 + x % 3 * 8);
      g_usleep (20000);
    }
}

/* The stroke under way is lost, and nothing else: not the frame that was moved before it, nor the
 * layer that it would have gone to. */
static void
test_kill_stroke (void)
{
  g_autofree char *path = g_build_filename (folder, "in-mid-stroke.ora", NULL);
  g_autoptr (GBytes) before = NULL;

  paint_stroke ();
  input_key ('g');
  input_drag (340, 300, 380, 330);
  program_press ("New layer");
  input_key ('b');
  g_usleep (PROGRAM_SYNC_US);
  before = save (1, "before.ora");

  begin_stroke ();
  program_activate (1, "save-to", path);
  g_usleep (PROGRAM_SYNC_US);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS)); /* not now, as a toast says */
  program_kill ();
  input_release (400, 340);

  program_start (NULL);
  assert_prompt (PROMPT);
  assert_saves (1, before);
}

/* A picture that was made is a candidate of the next start too. */
static void
test_kill_generated (void)
{
  g_autoptr (Accessible) generate = accessible_wait (program_get_root (), "Generate");
  g_autoptr (Accessible) steps = accessible_wait (program_get_root (), "Steps");
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
  program_kill ();

  program_start (NULL);
  assert_saves (1, after);
}

/* What is being made is lost, and nothing else, not what was painted meanwhile. */
static void
test_kill_generating (void)
{
  g_autoptr (Accessible) steps = accessible_wait (program_get_root (), "Steps");
  g_autoptr (Accessible) generate = accessible_wait (program_get_root (), "Generate");
  g_autoptr (Accessible) cancel = NULL;
  g_autoptr (GBytes) before = NULL;

  accessible_set_value (steps, 1000);
  g_usleep (PROGRAM_SYNC_US);
  accessible_press (generate);
  cancel = accessible_wait (program_get_root (), "Cancel");
  accessible_wait_sensitive (cancel);
  paint_stroke ();
  before = save (1, "picture.ora");
  g_assert_true (accessible_is_sensitive (cancel));
  program_kill ();

  program_start (NULL);
  assert_prompt (PROMPT);
  assert_saves (1, before);
}

/* Left in order with changes that no file holds, nothing is asked and nothing is lost. */
static void
test_quit (void)
{
  g_autoptr (GBytes) before = NULL;

  paint_stroke ();
  program_quit ();
  program_start (NULL);
  before = save (1, "picture.ora");
  program_quit ();
  program_start (NULL);
  assert_prompt (PROMPT);
  assert_saves (1, before);
}

/* A file opens beside what is there; both come back. */
static void
test_two_windows (void)
{
  g_autofree char *path = g_build_filename (folder, "white.ora", NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GBytes) one = save (1, "picture.ora");
  g_autoptr (GBytes) two = NULL;
  gsize n_bytes;

  g_assert_true (g_file_get_contents (path, &contents, &n_bytes, NULL));
  two = g_bytes_new (contents, n_bytes);
  g_assert_false (g_bytes_equal (one, two));
  program_activate (1, "open-path", path);
  program_wait_window (2);
  g_usleep (3000000);
  assert_saves (2, two);
  assert_saves (1, one);
  program_kill ();

  program_start (NULL);
  program_wait_window (2);
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
  g_autofree char *path = g_build_filename (folder, "bad.ora", NULL);
  g_autoptr (GBytes) before = save (1, "first.ora");
  g_autoptr (Accessible) dismiss = NULL;

  g_assert_true (g_file_set_contents (path, "PK\x03\x04 and no more", -1, NULL));
  program_activate (1, "open-path", path);
  dismiss = accessible_wait (program_get_root (), "Dismiss");
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
  program_quit ();
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  atspi_init ();
  folder = g_dir_make_tmp ("gesso-test-XXXXXX", NULL);

  g_test_add_func ("/app/restart/kill-idle", test_kill_idle);
  g_test_add_func ("/app/restart/kill-stroke", test_kill_stroke);
  g_test_add_func ("/app/restart/kill-generated", test_kill_generated);
  g_test_add_func ("/app/restart/kill-generating", test_kill_generating);
  g_test_add_func ("/app/restart/quit", test_quit);
  g_test_add_func ("/app/restart/two-windows", test_two_windows);
  g_test_add_func ("/app/restart/bad-file", test_bad_file);
  g_test_add_func ("/app/restart/export", test_export);
  status = g_test_run ();

  program_kill ();
  atspi_exit ();
  return status;
}
