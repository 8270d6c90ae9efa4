/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoQueue on several devices: side by side, and what becomes of the orders of one that fails. The second
 * device is the first one again, with a session of its own.
 */
#include "engine/gesso-engine-private.h"
#include "engine/gesso-result.h"
#include "queue/gesso-queue.h"
#include "session/session-private.h"

#include <glib/gstdio.h>
#include <signal.h>

#define LONG 64 /* pictures of an order that does not end by itself */

static GessoEngine *engine; /* one for all: loading the model takes longer than the tests */
static GessoDevice *second;

typedef struct
{
  char       *folder;
  GessoQueue *queue;
  GString    *log;     /* "d" done, "c" cancelled, "e" an error, "m" moved; with the prompt */
  GHashTable *results; /* prompt -> GArray of seeds */
} Fixture;

static const char *
get_prompt (GessoOrder *order)
{
  return gesso_settings_get_prompt (gesso_order_get_settings (order));
}

static GArray *
get_seeds (Fixture *fixture, const char *prompt)
{
  GArray *seeds = g_hash_table_lookup (fixture->results, prompt);

  if (seeds == NULL)
    {
      seeds = g_array_new (FALSE, FALSE, sizeof (guint64));
      g_hash_table_insert (fixture->results, g_strdup (prompt), seeds);
    }

  return seeds;
}

static void
on_result (GessoQueue *queue, GessoOrder *order, GessoResult *result, Fixture *fixture)
{
  guint64 seed = gesso_result_get_seed (result);

  g_array_append_val (get_seeds (fixture, get_prompt (order)), seed);
}

static void
on_done (GessoQueue *queue, GessoOrder *order, const GError *error, Fixture *fixture)
{
  const char *what = "d";

  if (error)
    what = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? "c" : "e";
  if (error)
    g_test_message ("%s: %s", get_prompt (order), error->message);
  g_string_append_printf (fixture->log, "%s%s ", what, get_prompt (order));
}

static void
on_moved (GessoQueue *queue, GessoOrder *order, const char *why, Fixture *fixture)
{
  g_test_message ("%s", why);
  g_assert_true (g_str_has_prefix (why, "The other card"));
  g_string_append_printf (fixture->log, "m%s ", get_prompt (order));
}

static void
open_queue (Fixture *fixture)
{
  fixture->queue = gesso_queue_new (engine);
  gesso_queue_keep_in (fixture->queue, fixture->folder);
  g_signal_connect (fixture->queue, "result", G_CALLBACK (on_result), fixture);
  g_signal_connect (fixture->queue, "done", G_CALLBACK (on_done), fixture);
  g_signal_connect (fixture->queue, "moved", G_CALLBACK (on_moved), fixture);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("gesso-queue-XXXXXX", NULL);
  fixture->log = g_string_new (NULL);
  fixture->results =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  open_queue (fixture);
}

static guint
count (Fixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (fixture->queue));
}

static void
wait_until_empty (Fixture *fixture)
{
  while (count (fixture) > 0 && !gesso_queue_get_paused (fixture->queue))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (count (fixture), ==, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  gesso_queue_cancel_all (fixture->queue);
  while (count (fixture) > 0)
    g_main_context_iteration (NULL, TRUE);
  gesso_queue_close (fixture->queue);
  g_assert_finalize_object (fixture->queue);

  dir = g_dir_open (fixture->folder, 0, NULL);
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_string_free (fixture->log, TRUE);
  g_hash_table_unref (fixture->results);
}

static GessoOrder *
push (Fixture *fixture, const char *prompt, guint batch)
{
  g_autoptr (GessoSnapshot) snapshot = gesso_snapshot_new (64, 64);
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  g_autoptr (GessoOrder) order = NULL;

  g_object_set (settings, "prompt", prompt, "steps", batch == LONG ? 8 : 2, "seed", (guint64) 10, NULL);
  order = gesso_order_new (snapshot, settings);
  gesso_order_set_batch (order, batch);
  gesso_queue_push (fixture->queue, order);

  return order;
}

#define assert_list(fixture, expected, expected_running)                                    \
  G_STMT_START                                                                              \
  {                                                                                         \
    g_autofree char *now = list (fixture);                                                  \
                                                                                            \
    g_assert_cmpstr (now, ==, expected);                                                    \
    g_assert_cmpuint (gesso_queue_get_n_running ((fixture)->queue), ==, expected_running);  \
  }                                                                                         \
  G_STMT_END

static char *
list (Fixture *fixture)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < count (fixture); i++)
    {
      g_autoptr (GessoOrder) order = g_list_model_get_item (G_LIST_MODEL (fixture->queue), i);

      g_string_append (text, get_prompt (order));
    }

  return g_string_free (text, FALSE);
}

/* Until both have made one more picture than they had. */
static void
wait_for_both (Fixture *fixture, const char *a, const char *b)
{
  guint n_a = get_seeds (fixture, a)->len, n_b = get_seeds (fixture, b)->len;

  while (get_seeds (fixture, a)->len == n_a || get_seeds (fixture, b)->len == n_b)
    g_main_context_iteration (NULL, TRUE);
}

/* ---- Side by side --------------------------------------------------------------------------- */

static void
test_side_by_side (Fixture *fixture, gconstpointer data)
{
  GessoOrder *a = push (fixture, "a", LONG), *b = push (fixture, "b", LONG);
  GessoOrder *c = push (fixture, "c", 1), *d;

  assert_list (fixture, "abc", 2);
  g_assert_true (gesso_queue_get_running (fixture->queue) == a);
  g_assert_true (gesso_queue_get_device_of (fixture->queue, b) == second);
  g_assert_true (gesso_queue_get_device_of (fixture->queue, a) != second);
  g_assert_null (gesso_queue_get_job_of (fixture->queue, c));
  g_assert_cmpuint (gesso_queue_get_n_left (fixture->queue), ==, 2 * LONG);
  gesso_queue_move (fixture->queue, c, 0); /* not before those that run */
  assert_list (fixture, "abc", 2);

  /* None of them waits for the other's end. */
  wait_for_both (fixture, "a", "b");
  wait_for_both (fixture, "b", "a");
  assert_list (fixture, "abc", 2);

  /* One goes, the other stays, and what waited takes its place. */
  gesso_queue_cancel (fixture->queue, a);
  d = push (fixture, "d", 1);
  gesso_queue_move (fixture->queue, d, 2);
  assert_list (fixture, "abdc", 2);
  while (count (fixture) > 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (fixture->log->str, ==, "ca dd dc ");
  assert_list (fixture, "b", 1);
  g_assert_cmpuint (get_seeds (fixture, "c")->len, ==, 1);

  gesso_queue_cancel_all (fixture->queue);
  wait_until_empty (fixture);
  g_assert_true (g_str_has_suffix (fixture->log->str, "cb "));
}

static void
test_pause (Fixture *fixture, gconstpointer data)
{
  push (fixture, "a", 1);
  push (fixture, "b", 1);
  push (fixture, "c", 1);
  gesso_queue_set_paused (fixture->queue, TRUE);
  while (gesso_queue_get_n_running (fixture->queue) > 0)
    g_main_context_iteration (NULL, TRUE);
  assert_list (fixture, "c", 0);
  gesso_queue_set_paused (fixture->queue, FALSE);
  wait_until_empty (fixture);
  g_assert_true (g_str_has_suffix (fixture->log->str, "dc "));
  for (const char *prompt = "abc"; *prompt; prompt++)
    g_assert_cmpuint (get_seeds (fixture, (const char[]) { *prompt, '\0' })->len, ==, 1);
}

/* Two queues, as of two windows: each has its turn, and what is free is used. */
static void
test_two_queues (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GessoQueue) other = gesso_queue_new (engine);
  GessoQueue *mine = fixture->queue;
  GessoOrder *a = push (fixture, "a", LONG), *b, *c;

  fixture->queue = other;
  b = push (fixture, "b", LONG);
  c = push (fixture, "c", LONG);
  fixture->queue = mine;
  g_assert_true (gesso_queue_get_device_of (other, b) == second);
  g_assert_cmpuint (gesso_queue_get_n_running (other), ==, 1);
  gesso_queue_cancel (mine, a);
  while (gesso_queue_get_n_running (other) < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (gesso_queue_get_job_of (other, c));
  gesso_queue_cancel_all (other);
  while (g_list_model_get_n_items (G_LIST_MODEL (other)) > 0)
    g_main_context_iteration (NULL, TRUE);
  gesso_queue_close (other);
}

/* ---- Failing -------------------------------------------------------------------------------- */

static void
take_session (GessoWorker *worker, GTask *task)
{
  GError *error = NULL;
  GsSession *session = gesso_worker_open_session (worker, &error);

  g_assert_no_error (error);
  g_task_return_pointer (task, session, NULL);
}

static void
on_taken (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GsSession **) data = g_task_propagate_pointer (G_TASK (result), NULL);
}

static GsSession *
get_session (GessoDevice *device)
{
  GsSession *session = NULL;
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_taken, &session);

  gesso_worker_push (gesso_device_get_worker (device), task, take_session);
  while (session == NULL)
    g_main_context_iteration (NULL, TRUE);

  return session;
}

/* In the middle of a batch: the other device makes those that are missing, once each. */
static void
test_lost (Fixture *fixture, gconstpointer data)
{
  GsSession *session = get_session (second);
  GessoOrder *a = push (fixture, "a", LONG), *b = push (fixture, "b", 6);
  g_autofree char *description = NULL;
  GArray *seeds;
  guint n_made;

  push (fixture, "c", 1);
  while (get_seeds (fixture, "b")->len == 0)
    g_main_context_iteration (NULL, TRUE);
  gs_device_lose (session->device);
  while (fixture->log->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (fixture->log->str, ==, "mb ");
  assert_list (fixture, "abc", 1);
  n_made = get_seeds (fixture, "b")->len;
  g_assert_cmpuint (n_made, <, 6);
  description = gesso_device_dup_description (second);
  g_assert_nonnull (strstr (description, "stopped working"));

  gesso_queue_cancel (fixture->queue, a);
  while (gesso_queue_get_running (fixture->queue) == a)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (gesso_queue_get_device_of (fixture->queue, b) != second);
  wait_until_empty (fixture);
  g_assert_cmpstr (fixture->log->str, ==, "mb ca db dc ");
  seeds = get_seeds (fixture, "b");
  g_assert_cmpuint (seeds->len, ==, 6);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpuint (g_array_index (seeds, guint64, i), ==, 10 + i);

  /* As the preferences say. */
  gesso_device_set_enabled (second, FALSE);
  gesso_device_set_enabled (second, TRUE);
  push (fixture, "e", LONG);
  b = push (fixture, "f", 1);
  g_assert_true (gesso_queue_get_device_of (fixture->queue, b) == second);
  while (count (fixture) > 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (g_str_has_suffix (fixture->log->str, "df "));
}

/* One that cannot even be opened, and where there is no other. */
static void
test_gone (Fixture *fixture, gconstpointer data)
{
  const GsDeviceInfo info = { .name = "no such card", .kind = GS_DEVICE_DISCRETE };
  g_autoptr (GessoDevice) gone = gesso_device_new_further (&info, "The other card, gone", FALSE);

  gesso_device_set_enabled (second, FALSE);
  gesso_devices_add (gesso_engine_get_devices (engine), gone);
  push (fixture, "a", 2);
  g_assert_true (gesso_queue_get_device_of (fixture->queue, push (fixture, "b", 1)) == gone);
  wait_until_empty (fixture);
  g_assert_cmpstr (fixture->log->str, ==, "mb da db ");
  gesso_device_set_enabled (gone, FALSE);

  gs_device_lose (get_session (gesso_devices_get_first (gesso_engine_get_devices (engine)))->device);
  push (fixture, "c", 1);
  wait_until_empty (fixture);
  g_assert_true (g_str_has_suffix (fixture->log->str, "ec "));
  gesso_device_set_enabled (second, TRUE);
}

/* ---- Idle ----------------------------------------------------------------------------------- */

static guint
count_threads (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (tasks && g_dir_read_name (tasks))
    n++;

  return n;
}

/* A session that goes takes the software driver's threads along. */
static void
test_rest (Fixture *fixture, gconstpointer data)
{
  guint n;

  if (gs_session_get_device (get_session (second))->kind != GS_DEVICE_CPU)
    {
      g_test_skip ("Seen by the threads of the software driver");
      return;
    }

  n = count_threads ();
  gesso_device_set_enabled (second, FALSE);
  while (count_threads () >= n)
    g_main_context_iteration (NULL, FALSE);
  gesso_device_set_enabled (second, TRUE);
}

/* ---- The end of the program ----------------------------------------------------------------- */

static guint
count_kept (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->folder, "list", NULL);
  g_autofree char *contents = NULL;
  g_auto (GStrv) names = NULL;

  if (!g_file_get_contents (path, &contents, NULL, NULL))
    return 0;
  names = g_strsplit (contents, "\n", -1);
  return g_strv_length (names) - 1;
}

/* In a process of its own: dies with two orders in the making. */
static void
die (const char *folder)
{
  Fixture fixture = { 0 };

  fixture.folder = g_strdup (folder);
  fixture.log = g_string_new (NULL);
  fixture.results = g_hash_table_new (g_str_hash, g_str_equal);
  open_queue (&fixture);
  push (&fixture, "a", LONG);
  push (&fixture, "b", LONG);
  push (&fixture, "c", 1);
  wait_for_both (&fixture, "a", "b");
  while (count_kept (&fixture) < 3)
    g_main_context_iteration (NULL, TRUE);
  raise (SIGKILL);
}

static void
test_killed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSubprocess) process = NULL;
  GError *error = NULL;

  gesso_queue_close (fixture->queue);
  g_assert_finalize_object (fixture->queue);
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, data, fixture->folder, NULL);
  g_assert_no_error (error);
  g_subprocess_wait (process, NULL, NULL);
  g_assert_true (g_subprocess_get_if_signaled (process));
  g_assert_cmpint (g_subprocess_get_term_sig (process), ==, SIGKILL);

  open_queue (fixture);
  g_assert_true (gesso_queue_get_paused (fixture->queue));
  assert_list (fixture, "abc", 0);
}

static void
add_second (void)
{
  g_autoptr (GPtrArray) all = gs_list_devices ();

  g_assert_cmpuint (all->len, >, 0);
  second = gesso_device_new_further (all->pdata[0], "The other card", FALSE);
  gesso_device_set_enabled (second, TRUE);
  gesso_devices_add (gesso_engine_get_devices (engine), second);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "/app/queue-devices/side-by-side", test_side_by_side },
    { "/app/queue-devices/pause", test_pause },
    { "/app/queue-devices/two-queues", test_two_queues },
    { "/app/queue-devices/lost", test_lost },
    { "/app/queue-devices/gone", test_gone },
    { "/app/queue-devices/rest", test_rest },
    { "/app/queue-devices/killed", test_killed },
  };

  gesso_engine_prepare_process ();
  if (argc == 2 && g_path_is_absolute (argv[1]))
    {
      engine = gesso_engine_new ();
      add_second ();
      die (argv[1]);
    }
  g_test_init (&argc, &argv, NULL);
  engine = gesso_engine_new ();
  add_second ();

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, argv[0], set_up, tests[i].run, tear_down);

  return g_test_run ();
}
