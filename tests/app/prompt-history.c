/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoPromptHistory: distinct, the newest first, at most a hundred, and back after a restart. */
#include "prompt/gesso-prompt-history.h"

#include <glib/gstdio.h>
#include <string.h>

static char *
dup_path (const char *name)
{
  return g_build_filename (g_get_user_state_dir (), "gesso", name, NULL);
}

/* Until the file holds what is expected: it is written on a thread, perhaps twice. */
static void
wait_contents (const char *name, const char *expected)
{
  g_autofree char *path = dup_path (name);
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  g_autofree char *contents = NULL;

  do
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_clear_pointer (&contents, g_free);
      g_file_get_contents (path, &contents, NULL, NULL);
      g_usleep (1000);
    }
  while (g_strcmp0 (contents, expected) != 0 && g_get_monotonic_time () < end);
  g_assert_cmpstr (contents, ==, expected);
}

/* Once the thread that writes has let go of it. */
static void
wait_finalized (GessoPromptHistory *history)
{
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  gpointer left = history;

  g_object_add_weak_pointer (G_OBJECT (history), &left);
  g_object_unref (history);
  while (left && g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
  g_assert_null (left);
}

static guint
get_length (GessoPromptHistory *history)
{
  return g_list_model_get_n_items (gesso_prompt_history_get_list (history));
}

static void
test_distinct (void)
{
  GessoPromptHistory *history = gesso_prompt_history_new ("distinct");

  gesso_prompt_history_add (history, "a");
  gesso_prompt_history_add (history, "b\nc \\n");
  gesso_prompt_history_add (history, " \n ");
  gesso_prompt_history_add (history, "a");
  gesso_prompt_history_add (history, "a");
  g_assert_cmpuint (get_length (history), ==, 2);
  g_assert_cmpstr (gesso_prompt_history_get (history, 0), ==, "a");
  wait_contents ("distinct", "a\nb\\nc \\\\n\n");
  wait_finalized (history);

  history = gesso_prompt_history_new ("distinct");
  g_assert_cmpuint (get_length (history), ==, 2);
  g_assert_cmpstr (gesso_prompt_history_get (history, 1), ==, "b\nc \\n");

  /* One of its own strings. */
  gesso_prompt_history_add (history, gesso_prompt_history_get (history, 1));
  g_assert_cmpstr (gesso_prompt_history_get (history, 0), ==, "b\nc \\n");
  g_assert_cmpuint (get_length (history), ==, 2);
  wait_contents ("distinct", "b\\nc \\\\n\na\n");
  wait_finalized (history);
}

static void
test_length (void)
{
  g_autoptr (GessoPromptHistory) history = gesso_prompt_history_new ("length");
  g_autoptr (GString) expected = g_string_new (NULL);

  for (guint i = 0; i < GESSO_PROMPT_HISTORY_LENGTH + 20; i++)
    {
      g_autofree char *prompt = g_strdup_printf ("%u", i);

      gesso_prompt_history_add (history, prompt);
    }
  g_assert_cmpuint (get_length (history), ==, GESSO_PROMPT_HISTORY_LENGTH);
  for (guint i = 0; i < GESSO_PROMPT_HISTORY_LENGTH; i++)
    g_string_append_printf (expected, "%u\n", GESSO_PROMPT_HISTORY_LENGTH + 19 - i);
  wait_contents ("length", expected->str);
}

/* Only its owner reads it. */
static void
test_mode (void)
{
  g_autoptr (GessoPromptHistory) history = gesso_prompt_history_new ("mode");
  g_autofree char *path = dup_path ("mode");
  GStatBuf status;

  gesso_prompt_history_add (history, "a secret");
  wait_contents ("mode", "a secret\n");
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
}

/* A file of somebody else's making, endless lines included. */
static void
test_damaged (void)
{
  g_autofree char *path = dup_path ("damaged");
  g_autoptr (GString) contents = g_string_new ("good\n\xff\xfe\n\\\nodd\\x\n");
  g_autoptr (GessoPromptHistory) history = NULL;

  for (guint i = 0; i < 500; i++)
    g_string_append_c (contents, '\n');
  g_string_append_len (contents, "nul\0after\n", 10);
  g_assert_true (g_file_set_contents (path, contents->str, (gssize) contents->len, NULL));
  history = gesso_prompt_history_new ("damaged");
  g_assert_cmpuint (get_length (history), ==, 3);
  g_assert_cmpstr (gesso_prompt_history_get (history, 0), ==, "good");
  g_assert_cmpstr (gesso_prompt_history_get (history, 1), ==, "\\");
  g_assert_cmpstr (gesso_prompt_history_get (history, 2), ==, "oddx");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/prompt-history/distinct", test_distinct);
  g_test_add_func ("/app/prompt-history/length", test_length);
  g_test_add_func ("/app/prompt-history/mode", test_mode);
  g_test_add_func ("/app/prompt-history/damaged", test_damaged);

  return g_test_run ();
}
