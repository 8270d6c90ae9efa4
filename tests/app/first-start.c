/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first five minutes, with settings that last: the welcome comes once, its first button makes a
 * picture, and a later start does not show it.
 *
 * Started by with-display.sh, as window.c is.
 */
#include "input.h"
#include "program.h"

#define KEY_F1 0xffbe
#define KEY_ESCAPE 0xff1b
#define PICTURE_SECONDS 200 /* shaders may have to be compiled first */

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

static gboolean
is_shown (const char *name)
{
  g_autoptr (Accessible) accessible = accessible_find (program_get_root (), name);

  return accessible != NULL;
}

static void
wait_gone (const char *name)
{
  for (guint i = 0; i < ACCESSIBLE_LIMIT_SECONDS * 20 && is_shown (name); i++)
    g_usleep (50000);
  g_assert_false (is_shown (name));
}

static void
wait_shown (const char *name)
{
  g_object_unref (accessible_wait (program_get_root (), name));
}

/* Left alone it comes again, with all that it offers. */
static void
test_first (void)
{
  program_start (NULL);
  wait_shown ("Try the Starter Model");
  g_assert_true (is_shown ("Choose a Folder of Models…"));
  g_assert_true (is_shown ("Get Models…"));
  g_assert_true (is_shown ("Not Now"));
  g_assert_false (is_shown ("Paint on an Empty Canvas"));
  program_quit ();
}

static void
test_try (void)
{
  g_autoptr (Accessible) prompt = NULL;
  g_autofree char *text = NULL;

  program_start (NULL);
  wait_shown ("Try the Starter Model");
  g_assert_cmpuint (count_pictures (), ==, 0);
  program_press ("Try the Starter Model");
  for (guint i = 0; i < PICTURE_SECONDS * 20 && count_pictures () == 0; i++)
    g_usleep (50000);
  g_assert_cmpuint (count_pictures (), ==, 1);
  wait_gone ("Try the Starter Model");

  prompt = accessible_wait (program_get_root (), "Prompt");
  text = accessible_dup_text (prompt);
  g_assert_cmpuint (strlen (text), >, 0);
}

/* Over the painting, from the menu. */
static void
test_again (void)
{
  program_activate (1, "welcome", NULL);
  wait_shown ("Not Now");
  program_press ("Not Now");
  wait_gone ("Not Now");
}

/* By its key, with every page in the list. */
static void
test_help (void)
{
  static const char *const titles[] = { "A First Picture", "Changing a Part", "Growing the Picture",
                                        "Models, LoRAs and Words", "Control Layers",
                                        "Teaching the Model", "Live Painting", "Enlarging",
                                        "Saving and Exporting" };

  input_move (300, 300);
  input_key (KEY_F1);
  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    wait_shown (titles[i]);
  input_key (KEY_ESCAPE);
  wait_gone ("Growing the Picture");
}

static void
test_second (void)
{
  program_quit ();
  program_start (NULL);
  g_usleep (2 * PROGRAM_SYNC_US);
  g_assert_false (is_shown ("Try the Starter Model"));
  program_activate (0, "new-window", NULL); /* which has no painting */
  wait_shown ("Paint on an Empty Canvas");
  g_assert_false (is_shown ("Try the Starter Model"));
  program_quit ();
}

int
main (int argc, char **argv)
{
  int status;

  /* Not forgotten when the program ends. */
  g_setenv ("GSETTINGS_BACKEND", "keyfile", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  atspi_init ();

  g_test_add_func ("/app/first-start/first", test_first);
  g_test_add_func ("/app/first-start/try", test_try);
  g_test_add_func ("/app/first-start/again", test_again);
  g_test_add_func ("/app/first-start/help", test_help);
  g_test_add_func ("/app/first-start/second", test_second);
  status = g_test_run ();

  program_kill ();
  atspi_exit ();
  return status;
}
