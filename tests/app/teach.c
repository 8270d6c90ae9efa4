/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Teaching from outside: five drawn pictures are dropped as a folder, a word is named, a picture is made
 * while it learns, the program is killed, goes on by itself at its next start, and the prompt completes
 * the word when it is learned, without another start.
 *
 * Started by with-display.sh, as window.c is.
 */
#include "input.h"
#include "lesson-files.h"
#include "program.h"

#include <glib/gstdio.h>
#include <string.h>

#define STEPS 30
#define LEARN_SECONDS 200 /* shaders may have to be compiled first */

static char *trainings; /* the program's folder of them */
static char *word_file; /* what comes of it */

/* ---- Help ----------------------------------------------------------------------------------- */

static char *
find_training (void)
{
  g_autoptr (GDir) dir = g_dir_open (trainings, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (*name != '.')
      return g_build_filename (trainings, name, NULL);
  return NULL;
}

/* What the program wrote down of it. */
static char *
read_status (void)
{
  g_autofree char *folder = find_training ();
  g_autofree char *path = folder ? g_build_filename (folder, "training.ini", NULL) : NULL;
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (path == NULL || !g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return g_strdup ("none");
  return g_key_file_get_string (file, "training", "status", NULL);
}

static void
wait_status (const char *expected)
{
  for (guint i = 0; i < 10 * LEARN_SECONDS; i++)
    {
      g_autofree char *status = read_status ();

      if (g_strcmp0 (status, expected) == 0)
        return;
      g_usleep (100000);
    }
  g_error ("The training was not %s within %d seconds", expected, LEARN_SECONDS);
}

/* In the training's folder. */
static char *
wait_file (const char *name)
{
  for (guint i = 0; i < 10 * LEARN_SECONDS; i++)
    {
      g_autofree char *folder = find_training ();
      g_autofree char *path = folder ? g_build_filename (folder, name, NULL) : NULL;

      if (path && g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
      g_usleep (100000);
    }
  g_error ("There was no %s within %d seconds", name, LEARN_SECONDS);
}

static gint64
get_time (const char *path)
{
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  return (gint64) info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
}

/* It takes turns with the learning, on what may be a slow processor. */
static void
wait_accept (void)
{
  g_autoptr (Accessible) accept = NULL;

  for (guint i = 0; i < 1200 && accept == NULL; i++)
    {
      g_usleep (100000);
      accept = accessible_find (program_get_root (), "Accept");
    }
  g_assert_nonnull (accept);
}

/* ---- The tests ------------------------------------------------------------------------------ */

/* A word that the model knows is refused, another one is taken. */
static void
test_begin (void)
{
  g_autofree char *folder = lesson_files_make (5, TRUE, TRUE);
  g_autoptr (Accessible) go = NULL, steps = NULL;

  program_start (NULL);
  program_activate (1, "teach-path", folder);
  g_object_unref (accessible_wait (program_get_root (), "Leave out broken.png"));
  go = accessible_wait (program_get_root (), "Teach");
  g_assert_false (accessible_is_sensitive (go));
  program_set_text ("New word", "house");
  g_usleep (1500000);
  g_assert_false (accessible_is_sensitive (go));
  program_set_text ("New word", "two words");
  g_usleep (300000);
  g_assert_false (accessible_is_sensitive (go));
  program_set_text ("New word", "zorbix");
  accessible_wait_sensitive (go);
  steps = accessible_wait (program_get_root (), "Steps of learning");
  accessible_set_value (steps, STEPS);
  accessible_press (go);
  wait_status ("running");
}

/* Between two steps, before all of them are done; where it gives way its state is written. */
static void
test_generate (void)
{
  g_autoptr (Accessible) generate = NULL;

  g_free (wait_file ("samples/000000-2.png"));
  program_set_text ("Prompt", "a red house");
  program_set_value ("Steps", 2);
  generate = accessible_wait (program_get_root (), "Generate");
  accessible_press (generate);
  wait_accept ();
  g_assert_false (g_file_test (word_file, G_FILE_TEST_EXISTS));
}

static void
assert_runs (void)
{
  g_autofree char *status = read_status ();

  g_assert_cmpstr (status, ==, "running");
  g_assert_false (g_file_test (word_file, G_FILE_TEST_EXISTS));
}

/* It goes on where it was, killed or left in order: the first sample is not made again. */
static void
test_kill (void)
{
  g_autofree char *sample = wait_file ("samples/000000-1.png");
  const gint64 time = get_time (sample);

  g_free (wait_file ("state.safetensors"));
  program_kill ();
  assert_runs ();
  program_start (NULL);
  program_quit ();
  assert_runs ();
  program_start (NULL);
  wait_status ("finished");
  g_assert_cmpint (get_time (sample), ==, time);
  g_assert_true (g_file_test (word_file, G_FILE_TEST_EXISTS));
}

static void
test_complete (void)
{
  g_autoptr (Accessible) prompt = accessible_wait (program_get_root (), "Prompt");

  accessible_set_text (prompt, "");
  input_move (300, 300);
  for (const char *key = "zorb"; *key; key++)
    input_key (*key);
  g_usleep (500000);
  input_key (INPUT_KEY_RETURN);
  accessible_wait_text (prompt, "zorbix");
  program_quit ();
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  atspi_init ();
  trainings = g_build_filename (g_get_user_data_dir (), "gesso", "trainings", NULL);
  word_file = g_build_filename (g_get_user_data_dir (), "gesso", "embeddings", "zorbix.safetensors", NULL);

  g_test_add_func ("/app/teach/begin", test_begin);
  g_test_add_func ("/app/teach/generate", test_generate);
  g_test_add_func ("/app/teach/kill", test_kill);
  g_test_add_func ("/app/teach/complete", test_complete);
  status = g_test_run ();

  program_kill ();
  atspi_exit ();
  return status;
}
