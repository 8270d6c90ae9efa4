/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoQueue: one after the other, reordered, cancelled, paused, and back after a restart. */
#include "queue/gesso-queue.h"

#include <glib/gstdio.h>

static GessoEngine *engine; /* one for all: loading the model takes longer than the tests */

typedef struct
{
  char       *folder;
  GessoQueue *queue;
  GString    *log;  /* "r" a result, "d" done, "c" cancelled, "e" an error; with the prompt */
} Fixture;

static void
on_result (GessoQueue *queue, GessoOrder *order, GessoResult *result, Fixture *fixture)
{
  g_string_append_printf (fixture->log, "r%s ",
                          gesso_settings_get_prompt (gesso_order_get_settings (order)));
}

static void
on_done (GessoQueue *queue, GessoOrder *order, const GError *error, Fixture *fixture)
{
  const char *what = "d";

  if (error)
    what = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? "c" : "e";
  g_string_append_printf (fixture->log, "%s%s ", what,
                          gesso_settings_get_prompt (gesso_order_get_settings (order)));
}

static void
open_queue (Fixture *fixture)
{
  fixture->queue = gesso_queue_new (engine);
  gesso_queue_keep_in (fixture->queue, fixture->folder);
  g_signal_connect (fixture->queue, "result", G_CALLBACK (on_result), fixture);
  g_signal_connect (fixture->queue, "done", G_CALLBACK (on_done), fixture);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("gesso-queue-XXXXXX", NULL);
  fixture->log = g_string_new (NULL);
  open_queue (fixture);
}

static void
wait_for (Fixture *fixture, guint n_items)
{
  while (g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)) > n_items ||
         (n_items == 0 && gesso_queue_get_job (fixture->queue)))
    g_main_context_iteration (NULL, TRUE);
}

/* The engine thread may hold on to it for a moment more. */
static void
close_queue (Fixture *fixture)
{
  gpointer watch = fixture->queue;

  gesso_queue_close (fixture->queue);
  g_object_add_weak_pointer (watch, &watch);
  g_clear_object (&fixture->queue);
  for (guint i = 0; i < 2000 && watch; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (5000);
    }
  g_assert_null (watch);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (fixture->queue)
    close_queue (fixture);
  dir = g_dir_open (fixture->folder, 0, NULL);
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_string_free (fixture->log, TRUE);
}

static GessoOrder *
push (Fixture *fixture, const char *prompt, guint batch)
{
  g_autoptr (GessoSnapshot) snapshot = gesso_snapshot_new (64, 64);
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  g_autoptr (GessoOrder) order = NULL;

  g_object_set (settings, "prompt", prompt, "steps", 2, NULL);
  order = gesso_order_new (snapshot, settings);
  gesso_order_set_batch (order, batch);
  gesso_queue_push (fixture->queue, order);

  return order;
}

static char *
list (Fixture *fixture)
{
  GString *text = g_string_new (NULL);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (fixture->queue));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GessoOrder) order = g_list_model_get_item (G_LIST_MODEL (fixture->queue), i);

      g_string_append (text, gesso_settings_get_prompt (gesso_order_get_settings (order)));
    }

  return g_string_free (text, FALSE);
}

#define assert_list(fixture, expected)       \
  G_STMT_START                               \
  {                                          \
    g_autofree char *now = list (fixture);   \
                                             \
    g_assert_cmpstr (now, ==, expected);     \
  }                                          \
  G_STMT_END

/* ---- The tests ------------------------------------------------------------------------------ */

static void
test_order (Fixture *fixture, gconstpointer data)
{
  GessoOrder *b, *c;

  push (fixture, "a", 2);
  b = push (fixture, "b", 1);
  c = push (fixture, "c", 1);
  push (fixture, "d", 1);
  g_assert_cmpuint (gesso_queue_get_n_left (fixture->queue), ==, 2);
  gesso_queue_move (fixture->queue, c, 0); /* not before the one that runs */
  assert_list (fixture, "acbd");
  gesso_queue_move (fixture->queue, c, 99);
  assert_list (fixture, "abdc");
  gesso_queue_cancel (fixture->queue, b);
  assert_list (fixture, "adc");
  wait_for (fixture, 0);
  g_assert_cmpstr (fixture->log->str, ==, "ra ra da rd dd rc dc ");
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  GessoOrder *a = push (fixture, "a", 64);

  push (fixture, "b", 1);
  gesso_queue_cancel (fixture->queue, a);
  wait_for (fixture, 0);
  g_assert_true (g_str_has_suffix (fixture->log->str, "ca rb db "));

  g_string_truncate (fixture->log, 0);
  push (fixture, "a", 64);
  push (fixture, "b", 1);
  push (fixture, "c", 1);
  gesso_queue_cancel_all (fixture->queue);
  assert_list (fixture, "a");
  wait_for (fixture, 0);
  g_assert_cmpstr (fixture->log->str, ==, "ca ");
}

static void
test_restart (Fixture *fixture, gconstpointer data)
{
  GessoOrder *c;

  gesso_queue_set_paused (fixture->queue, TRUE);
  push (fixture, "a", 3);
  push (fixture, "b", 1);
  c = push (fixture, "c", 1);
  gesso_queue_move (fixture->queue, c, 0);
  g_assert_null (gesso_queue_get_job (fixture->queue));
  close_queue (fixture);

  /* Nothing begins by itself. */
  open_queue (fixture);
  g_assert_true (gesso_queue_get_paused (fixture->queue));
  assert_list (fixture, "cab");
  gesso_queue_set_paused (fixture->queue, FALSE);
  wait_for (fixture, 1);

  /* What runs when the program ends begins again. */
  push (fixture, "d", 64);
  wait_for (fixture, 1);
  g_assert_nonnull (gesso_queue_get_job (fixture->queue));
  close_queue (fixture);
  open_queue (fixture);
  assert_list (fixture, "d");
  gesso_queue_cancel_all (fixture->queue);
  assert_list (fixture, "");
  close_queue (fixture);
  open_queue (fixture);
  assert_list (fixture, "");
  g_assert_false (gesso_queue_get_paused (fixture->queue));
}

/* A damaged folder is no reason not to start. */
static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "list", NULL);
  g_autofree char *stray = g_build_filename (fixture->folder, "stray.ora", NULL);
  g_autofree char *contents = NULL;
  g_autofree char *damaged = NULL;

  gesso_queue_set_paused (fixture->queue, TRUE);
  push (fixture, "a", 1);
  close_queue (fixture);
  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  damaged = g_strconcat ("../../etc/passwd.ora\nno-such.ora\n\xff\n", contents, contents, NULL);
  g_assert_true (g_file_set_contents (path, damaged, -1, NULL));
  g_assert_true (g_file_set_contents (stray, "rubbish", -1, NULL));

  open_queue (fixture);
  assert_list (fixture, "a");
  g_assert_false (g_file_test (stray, G_FILE_TEST_EXISTS));
}

/* An error stops those behind, which would most likely meet it too. */
static void
test_error (Fixture *fixture, gconstpointer data)
{
  GessoOrder *a;

  gesso_queue_set_paused (fixture->queue, TRUE);
  a = push (fixture, "a", 1);
  push (fixture, "b", 1);
  g_object_set (gesso_order_get_settings (a), "model", "/nonexistent.safetensors", NULL);
  gesso_queue_set_paused (fixture->queue, FALSE);
  wait_for (fixture, 1);
  g_assert_cmpstr (fixture->log->str, ==, "ea ");
  g_assert_true (gesso_queue_get_paused (fixture->queue));
  gesso_queue_set_paused (fixture->queue, FALSE);
  wait_for (fixture, 0);
  g_assert_cmpstr (fixture->log->str, ==, "ea rb db ");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "/app/queue/order", test_order },     { "/app/queue/cancel", test_cancel },
    { "/app/queue/restart", test_restart }, { "/app/queue/damaged", test_damaged },
    { "/app/queue/error", test_error },
  };

  gesso_engine_prepare_process ();
  g_test_init (&argc, &argv, NULL);
  engine = gesso_engine_new ();

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].run, tear_down);

  return g_test_run ();
}
