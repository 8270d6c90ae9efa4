/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoLive with an engine that finishes when the test says so. */
#include "live/gesso-live.h"

#include "engine/gesso-result-private.h"

#define PAUSE_MS 30
#define A_WHILE_MS 120 /* in which something would have happened */

typedef struct
{
  GessoLive *live;
  GPtrArray *tasks;   /* of the engine, in the order in which they came */
  guint      n_orders, n_at_work, n_busy_max;
  gboolean   nothing; /* to make */
  GPtrArray *messages;
} Fixture;

/* ---- The engine ----------------------------------------------------------------------------- */

static GessoOrder *
make_order (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GessoSnapshot) snapshot = gesso_snapshot_new (16, 8);
  g_autoptr (GessoSettings) settings = gesso_settings_new ();

  if (fixture->nothing)
    return NULL;

  fixture->n_orders++;
  return gesso_order_new (snapshot, settings);
}

static void
run (GessoOrder         *order,
     GessoJob           *job,
     GAsyncReadyCallback callback,
     gpointer            callback_data,
     gpointer            data)
{
  Fixture *fixture = data;
  GTask *task = g_task_new (NULL, gesso_job_get_cancellable (job), callback, callback_data);

  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, g_object_ref (job), g_object_unref);
  g_object_set_data_full (G_OBJECT (task), "order", g_object_ref (order), g_object_unref);
  g_ptr_array_add (fixture->tasks, task);
  fixture->n_at_work++;
  fixture->n_busy_max = MAX (fixture->n_busy_max, fixture->n_at_work);
}

static gboolean
finish (GObject *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static const GessoLiveFuncs funcs = { make_order, run, finish };

static GTask *
nth_task (Fixture *fixture, guint n)
{
  return g_ptr_array_index (fixture->tasks, n);
}

static gboolean
is_cancelled (Fixture *fixture, guint n)
{
  return g_cancellable_is_cancelled (g_task_get_cancellable (nth_task (fixture, n)));
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static GessoResult *
make_result (GessoOrder *order)
{
  g_autoptr (GsImage) image = gs_image_new (16, 8, 3);
  g_autoptr (GsImage) original = gs_image_new (16, 8, 4);
  const GsFinished finished = { .image = image, .seed = 7 };

  return gesso_result_new (order, original, NULL, &finished);
}

/* What the engine does at the end: the picture, if it was not cancelled, then the answer. error: that
 * it failed with, taken, or NULL. */
static void
end (Fixture *fixture, guint n, GError *error)
{
  GTask *task = nth_task (fixture, n);
  GessoJob *job = g_task_get_task_data (task);
  g_autoptr (GessoResult) result = make_result (g_object_get_data (G_OBJECT (task), "order"));

  fixture->n_at_work--;
  if (error)
    g_task_return_error (task, error);
  else
    {
      g_signal_emit_by_name (job, "result", result);
      g_task_return_boolean (task, TRUE);
    }
  settle ();
}

/* ---- Time ----------------------------------------------------------------------------------- */

static gboolean
on_time (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
wait_ms (guint ms)
{
  gboolean over = FALSE;

  g_timeout_add (ms, on_time, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_tasks (Fixture *fixture, guint n)
{
  while (fixture->tasks->len < n)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture->tasks->len, ==, n);
}

/* ---- Set-up --------------------------------------------------------------------------------- */

static void
on_failed (GessoLive *live, const char *message, Fixture *fixture)
{
  g_ptr_array_add (fixture->messages, g_strdup (message));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->messages = g_ptr_array_new_with_free_func (g_free);
  fixture->live = gesso_live_new (&funcs, fixture, PAUSE_MS);
  g_signal_connect (fixture->live, "failed", G_CALLBACK (on_failed), fixture);
  gesso_live_set_enabled (fixture->live, TRUE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gesso_live_close (fixture->live);
  settle ();
  g_assert_finalize_object (fixture->live);
  g_ptr_array_unref (fixture->tasks);
  g_ptr_array_unref (fixture->messages);
}

/* ---- Tests ---------------------------------------------------------------------------------- */

/* Nothing without a touch, and nothing while it is off. */
static void
test_idle (Fixture *fixture, gconstpointer data)
{
  wait_ms (A_WHILE_MS);
  g_assert_cmpuint (fixture->tasks->len, ==, 0);
  gesso_live_set_enabled (fixture->live, FALSE);
  gesso_live_touch (fixture->live, TRUE);
  wait_ms (A_WHILE_MS);
  g_assert_cmpuint (fixture->tasks->len, ==, 0);
  g_assert_false (gesso_live_get_busy (fixture->live));
}

/* A stroke of many touches is one picture, after its end. */
static void
test_pause (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 20; i++)
    {
      gesso_live_touch (fixture->live, TRUE);
      wait_ms (PAUSE_MS / 6);
      g_assert_cmpuint (fixture->tasks->len, ==, 0);
      g_assert_true (gesso_live_get_busy (fixture->live));
    }
  wait_tasks (fixture, 1);
  g_assert_null (gesso_live_get_result (fixture->live));
  end (fixture, 0, NULL);
  g_assert_nonnull (gesso_live_get_result (fixture->live));
  g_assert_false (gesso_live_get_busy (fixture->live));
  wait_ms (A_WHILE_MS);
  g_assert_cmpuint (fixture->tasks->len, ==, 1);
}

/* A touch cancels what is at work; the next begins only once that has ended, and its picture is
 * never seen, even if it was finished just then. */
static void
test_restart (Fixture *fixture, gconstpointer data)
{
  gesso_live_touch (fixture->live, TRUE);
  wait_tasks (fixture, 1);
  g_assert_false (is_cancelled (fixture, 0));
  for (guint i = 0; i < 3; i++)
    {
      gesso_live_touch (fixture->live, TRUE);
      g_assert_true (is_cancelled (fixture, 0));
      wait_ms (A_WHILE_MS);
      g_assert_cmpuint (fixture->tasks->len, ==, 1);
    }
  end (fixture, 0, NULL);
  g_assert_null (gesso_live_get_result (fixture->live));
  wait_tasks (fixture, 2);
  g_assert_cmpuint (fixture->n_orders, ==, 2);
  g_assert_false (is_cancelled (fixture, 1));
  end (fixture, 1, NULL);
  g_assert_nonnull (gesso_live_get_result (fixture->live));
  wait_ms (A_WHILE_MS);
  g_assert_cmpuint (fixture->tasks->len, ==, 2);
  g_assert_cmpuint (fixture->n_busy_max, ==, 1);
}

/* A stroke takes the picture away that it would be under; another prompt does not. */
static void
test_result (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GessoResult) first = NULL;

  gesso_live_touch (fixture->live, TRUE);
  wait_tasks (fixture, 1);
  end (fixture, 0, NULL);
  first = g_object_ref (gesso_live_get_result (fixture->live));
  gesso_live_touch (fixture->live, FALSE);
  g_assert_true (gesso_live_get_result (fixture->live) == first);
  wait_tasks (fixture, 2);
  end (fixture, 1, NULL);
  g_assert_nonnull (gesso_live_get_result (fixture->live));
  g_assert_true (gesso_live_get_result (fixture->live) != first);
  gesso_live_touch (fixture->live, TRUE);
  g_assert_null (gesso_live_get_result (fixture->live));
  wait_tasks (fixture, 3);
  end (fixture, 2, NULL);
  gesso_live_dismiss (fixture->live);
  g_assert_null (gesso_live_get_result (fixture->live));
  wait_ms (A_WHILE_MS);
  g_assert_cmpuint (fixture->tasks->len, ==, 3);
}

/* An order comes first; what it interrupts is made after it, unless it is settled. */
static void
test_held (Fixture *fixture, gconstpointer data)
{
  gesso_live_touch (fixture->live, TRUE);
  wait_tasks (fixture, 1);
  gesso_live_set_held (fixture->live, TRUE);
  g_assert_true (is_cancelled (fixture, 0));
  end (fixture, 0, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled"));
  gesso_live_touch (fixture->live, TRUE);
  wait_ms (A_WHILE_MS);
  g_assert_cmpuint (fixture->tasks->len, ==, 1);
  gesso_live_set_held (fixture->live, FALSE);
  wait_tasks (fixture, 2);

  gesso_live_set_held (fixture->live, TRUE);
  end (fixture, 1, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled"));
  gesso_live_settle (fixture->live);
  gesso_live_set_held (fixture->live, FALSE);
  wait_ms (A_WHILE_MS);
  g_assert_cmpuint (fixture->tasks->len, ==, 2);
  g_assert_cmpuint (fixture->messages->len, ==, 0);
}

/* Off is off: no picture comes any more, and none stays. */
static void
test_off (Fixture *fixture, gconstpointer data)
{
  gesso_live_touch (fixture->live, TRUE);
  wait_tasks (fixture, 1);
  gesso_live_set_enabled (fixture->live, FALSE);
  g_assert_true (is_cancelled (fixture, 0));
  g_assert_false (gesso_live_get_busy (fixture->live));
  end (fixture, 0, NULL);
  g_assert_null (gesso_live_get_result (fixture->live));

  gesso_live_set_enabled (fixture->live, TRUE);
  gesso_live_touch (fixture->live, TRUE);
  wait_tasks (fixture, 2);
  end (fixture, 1, NULL);
  gesso_live_set_enabled (fixture->live, FALSE);
  g_assert_null (gesso_live_get_result (fixture->live));
}

/* One message, and silence until it is switched on again. */
static void
test_error (Fixture *fixture, gconstpointer data)
{
  gesso_live_touch (fixture->live, TRUE);
  wait_tasks (fixture, 1);
  end (fixture, 0, g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "No."));
  g_assert_cmpuint (fixture->messages->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (fixture->messages, 0), ==, "No.");
  g_assert_false (gesso_live_get_enabled (fixture->live));
  for (guint i = 0; i < 3; i++)
    gesso_live_touch (fixture->live, TRUE);
  wait_ms (A_WHILE_MS);
  g_assert_cmpuint (fixture->tasks->len, ==, 1);
  g_assert_cmpuint (fixture->messages->len, ==, 1);
}

/* One that failed and was cancelled meanwhile says nothing: nobody waits for it. */
static void
test_late_error (Fixture *fixture, gconstpointer data)
{
  gesso_live_touch (fixture->live, TRUE);
  wait_tasks (fixture, 1);
  gesso_live_touch (fixture->live, TRUE);
  end (fixture, 0, g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "No."));
  g_assert_cmpuint (fixture->messages->len, ==, 0);
  wait_tasks (fixture, 2);
  end (fixture, 1, NULL);
  g_assert_nonnull (gesso_live_get_result (fixture->live));
}

/* Without a painting there is nothing to do, and the next touch asks again. */
static void
test_nothing (Fixture *fixture, gconstpointer data)
{
  fixture->nothing = TRUE;
  gesso_live_touch (fixture->live, TRUE);
  wait_ms (A_WHILE_MS);
  g_assert_cmpuint (fixture->tasks->len, ==, 0);
  g_assert_false (gesso_live_get_busy (fixture->live));
  fixture->nothing = FALSE;
  gesso_live_touch (fixture->live, TRUE);
  wait_tasks (fixture, 1);
  end (fixture, 0, NULL);
}

/* The window goes while one is at work. */
static void
test_close (Fixture *fixture, gconstpointer data)
{
  gesso_live_touch (fixture->live, TRUE);
  wait_tasks (fixture, 1);
  gesso_live_touch (fixture->live, TRUE);
  gesso_live_close (fixture->live);
  g_assert_true (is_cancelled (fixture, 0));
  wait_ms (A_WHILE_MS);
  end (fixture, 0, NULL);
  gesso_live_touch (fixture->live, TRUE);
  wait_ms (A_WHILE_MS);
  g_assert_cmpuint (fixture->tasks->len, ==, 1);
  g_assert_cmpuint (fixture->n_orders, ==, 1);
  g_assert_null (gesso_live_get_result (fixture->live));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) g_test_add ("/app/live/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("idle", test_idle);
  ADD ("pause", test_pause);
  ADD ("restart", test_restart);
  ADD ("result", test_result);
  ADD ("held", test_held);
  ADD ("off", test_off);
  ADD ("error", test_error);
  ADD ("late-error", test_late_error);
  ADD ("nothing", test_nothing);
  ADD ("close", test_close);
#undef ADD

  return g_test_run ();
}
